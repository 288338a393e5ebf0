"""Fills in any screen of any flow, rightly or wrongly, by the kinds of its fields."""

from collections.abc import Mapping
from dataclasses import dataclass

from openlk.cabinets.loading import Cabinet
from openlk.flows.fields import fields_of, kind_of
from openlk.register.definition import registers_of
from tests.support.people import Person
from tests.support.plain_browser import Form, Page

NEW_PASSWORD = "синий чайник на плите"
NEW_PHONE = "+79990001122"
NEW_EMAIL = "fresh@elsewhere.example"

# What people type instead: nothing, something that cannot be, somebody else's.
_WRONG: Mapping[str, tuple[str, ...]] = {
    "name": ("", "К.", "Ли Ян Су"),
    "identifier": ("", "не помню", "9999999"),
    "phone": ("", "123", "телефон"),
    "email": ("", "нет", "a@b@c"),
    "region": ("Атлантида",),
    "text": ("",),
    "password": ("", "короткий", "aaaaaaaaaaaa"),
    "password_again": ("", "совсем другой пароль"),
    "code": ("", "000000", "абв"),
    "consent": ("",),
}


@dataclass(frozen=True)
class Filler:
    """A person in front of a form of their cabinet."""

    cabinet: Cabinet
    person: Person

    def right(self, form: Form, code: str) -> dict[str, str]:
        """What a person types who makes no mistakes; `code` is the newest one they were sent."""
        known = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD, "code": code}
        filled = {name: value for name, value in known.items() if name in form.controls}
        filled |= {name: "1" for name in form.controls if name.startswith("consent_")}
        filled |= {name: self._own(name) for name in form.controls if name in fields_of(self.cabinet)}
        return filled

    def wrong(self, form: Form, code: str, place: int, way: int) -> dict[str, str]:
        """The same with one thing wrong, chosen by two numbers; a form with nothing to type is sent as it is."""
        names = sorted(name for name in form.controls if self._sort(name))
        right = self.right(form, code)
        if not names:
            return right
        name = names[place % len(names)]
        ways = _WRONG[self._sort(name)]
        return {**right, name: ways[way % len(ways)]}

    def unknown(self, form: Form) -> dict[str, str]:
        """Well-formed, and nobody's."""
        right = self.right(form, "")
        numbers = [name for name in right if self._sort(name) == "identifier"]
        return {**right, **dict.fromkeys(numbers, "9999999")}

    def _sort(self, name: str) -> str:
        if name.startswith("consent_"):
            return "consent"
        if name in {"password", "password_again", "code"}:
            return name
        return kind_of(self.cabinet, name).key if name in fields_of(self.cabinet) else ""

    def _own(self, name: str) -> str:
        """What the register knows of this person; a contact that is no column of it is a new one."""
        kind = kind_of(self.cabinet, name).key
        columns = {column for each in registers_of(self.cabinet).values() for column in each.columns}
        known = {"phone": self.person.phone, "email": self.person.email} if name in columns else {}
        own = {"phone": NEW_PHONE, "email": NEW_EMAIL, **known}
        own |= {"name": self.person.full_name, "identifier": self.person.union_card, "region": self.person.region}
        return own.get(kind, "слова")


def main_form(page: Page) -> int | None:
    """The place of the form that leads on, or of a letter's one button; None where a page has none."""
    for place, form in enumerate(page.forms()):
        if "version" in form.controls and "again" not in form.controls:
            return place
    return None


def again_form(page: Page) -> int | None:
    """The place of the form that asks for another message."""
    for place, form in enumerate(page.forms()):
        if "again" in form.controls:
            return place
    return None


def proof_form(page: Page) -> int | None:
    """The place of the form that asks for the password once more."""
    for place, form in enumerate(page.forms()):
        if "password" in form.controls and not form.controls & {"version", "login"}:
            return place
    return None
