"""The login page and password rule of a cabinet."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part
from openlk.kit.dates import plural

MIN_ALLOWED_PASSWORD = 5
MAX_ALLOWED_PASSWORD = 128


class LoginDefinition(Part):
    """`[login]`: what a person logs in with and what a password must be.

    `max_password` below 64 and `require` are for organisations whose own rules ask for them: neither makes a password
    harder to guess (ASVS 6.2.4, 6.2.9).
    """

    kind: Literal["identifier", "email", "phone"] = "identifier"
    hint: str
    min_password: Annotated[int, Field(ge=MIN_ALLOWED_PASSWORD, le=64)] = 10
    max_password: Annotated[int, Field(ge=MIN_ALLOWED_PASSWORD, le=MAX_ALLOWED_PASSWORD)] = MAX_ALLOWED_PASSWORD
    require: tuple[Literal["letters", "digits"], ...] = ()
    idle_days: Annotated[int, Field(ge=1, le=90)] = 14

    @model_validator(mode="after")
    def _longest_is_longer(self) -> Self:
        if self.max_password < self.min_password:
            raise ValueError(f"самый длинный пароль ({self.max_password}) короче самого короткого")
        return self


PARTS = {"login": LoginDefinition}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def login_definition(cabinet: Cabinet) -> LoginDefinition:
    """The cabinet's `[login]`."""
    found: LoginDefinition = cabinet.parts["login"]
    return found


_REQUIRED = {"letters": "хотя бы одна буква", "digits": "хотя бы одна цифра"}


def password_rule(cabinet: Cabinet) -> str:
    """What the cabinet asks of a password, in the words that stand under the field."""
    login = login_definition(cabinet)
    shortest = f"Не короче {login.min_password} {plural(login.min_password, 'знака', 'знаков', 'знаков')}"
    longest = f" и не длиннее {login.max_password}" if login.max_password < MAX_ALLOWED_PASSWORD else ""
    required = ", ".join(_REQUIRED[each] for each in login.require)
    more = f"Нужна {required}." if required else "Подойдут любые буквы, цифры, знаки и пробелы."
    return f"{shortest}{longest}. {more}"
