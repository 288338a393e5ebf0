"""The login page and password rule of a cabinet."""

from typing import Annotated, Literal

from pydantic import Field

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part

MIN_ALLOWED_PASSWORD = 5


class LoginDefinition(Part):
    """`[login]`: what a person logs in with and how long a password must be."""

    kind: Literal["identifier", "email", "phone"] = "identifier"
    hint: str
    min_password: Annotated[int, Field(ge=MIN_ALLOWED_PASSWORD, le=64)] = 10
    idle_days: Annotated[int, Field(ge=1, le=90)] = 14


PARTS = {"login": LoginDefinition}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def login_definition(cabinet: Cabinet) -> LoginDefinition:
    """The cabinet's `[login]`."""
    found: LoginDefinition = cabinet.parts["login"]
    return found
