"""The feedback form of a cabinet."""

from typing import Annotated

from pydantic import Field

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part


class SupportDefinition(Part):
    """`[support]`: the topics of the form (key and title), and within how many days an answer is promised."""

    topics: Annotated[dict[str, str], Field(min_length=1)]
    answer_days: Annotated[int, Field(ge=1, le=30)] = 3


PARTS = {"support": SupportDefinition}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def support_definition(cabinet: Cabinet) -> SupportDefinition:
    """The cabinet's `[support]`."""
    found: SupportDefinition = cabinet.parts["support"]
    return found
