"""The feedback form of a cabinet."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from openlk.cabinets.loading import DEFINITION_FILE, Cabinet
from openlk.cabinets.part import Part
from openlk.cabinets.problems import Problem
from openlk.messages.wording import letter_problems


class SupportDefinition(Part):
    """`[support]`: the topics of the form (key and title), and within how many days an answer is promised."""

    topics: Annotated[dict[str, str], Field(min_length=1)]
    answer_days: Annotated[int, Field(ge=1, le=30)] = 3


# The letters of the form, with what each can name.
LETTERS = {
    "support_request": ("number", "topic", "name", "contact", "message", "created"),
    "support_received": ("number", "due", "cabinet", "support_phone", "support_email"),
}

PARTS = {"support": SupportDefinition}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def support_definition(cabinet: Cabinet) -> SupportDefinition:
    """The cabinet's `[support]`."""
    found: SupportDefinition = cabinet.parts["support"]
    return found


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """The form's letters can be filled."""
    for name, values in LETTERS.items():
        for expected, hint in letter_problems(cabinet, name, values):
            yield Problem(cabinet.folder / DEFINITION_FILE, "support", expected, hint)
