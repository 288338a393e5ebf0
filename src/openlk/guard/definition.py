"""What a cabinet says about its own limits."""

from typing import Annotated

from pydantic import Field

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part

Count = Annotated[int, Field(ge=1, le=100_000_000)]


class LimitsDefinition(Part):
    """`[limits]`: what a day may cost, and how many misses an hour are usual for an organisation of this size.

    More misses than that make the guard stricter for browsers it does not know; nobody is ever locked out by it.
    """

    sms_per_day: Count = 5_000
    letters_per_day: Count = 50_000
    wrong_passwords_per_hour: Count = 1_000
    wrong_codes_per_hour: Count = 300


PARTS = {"limits": LimitsDefinition}
OPTIONAL_PARTS = frozenset({"limits"})


def limits_of(cabinet: Cabinet) -> LimitsDefinition:
    """The cabinet's `[limits]`, each with its usual value where the cabinet says nothing."""
    found: LimitsDefinition = cabinet.parts["limits"]
    return found
