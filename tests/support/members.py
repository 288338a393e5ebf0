"""The members of the sample register, each of whom can be registered once in one world."""

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.support.world import ROOT, SLUG, World

SAMPLE = ROOT / "cabinets" / SLUG / "sample"


@dataclass(frozen=True)
class Member:
    """A row of the sample register, as printed there; empty: the register does not know."""

    full_name: str
    printed_card: str
    phone: str
    email: str
    region: str

    @property
    def card(self) -> str:
        """The digits of the card, which are the login."""
        return self.printed_card.replace(" ", "")

    @property
    def given_names(self) -> str:
        """Name and patronymic."""
        return self.full_name.partition(" ")[2]

    @property
    def phone_mask(self) -> str:
        """The last four digits together, as a page shows a known number."""
        digits = "".join(sign for sign in self.phone if sign.isdigit())
        return f"+7 ··· ··· {digits[-4:]}"

    @property
    def email_mask(self) -> str:
        """The first letter and the host, as a page shows a known address."""
        name, _, host = self.email.lower().partition("@")
        return f"{name[:1]}···@{host}"


@dataclass(frozen=True)
class SamplePerson:
    """Somebody who has a cabinet from the start."""

    member: Member
    password: str


def _rows() -> list[Member]:
    with (SAMPLE / "members.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            Member(
                row["ФИО"], row["Номер профсоюзного билета"], row["Телефон"], row["Электронная почта"], row["Регион"]
            )
            for row in csv.DictReader(file, delimiter=";")
        ]


def sample_people() -> list[SamplePerson]:
    """Those who have a cabinet from the start, in the order of people.toml."""
    by_card = {member.card: member for member in _rows()}
    known = tomllib.loads((SAMPLE / "people.toml").read_text(encoding="utf-8"))["person"]
    return [SamplePerson(by_card[each["union_card"]], each["password"]) for each in known]


def _usual(member: Member) -> bool:
    return bool(member.phone and member.email)


@dataclass
class Members:
    """Hands out everybody once."""

    left: list[Member] = field(default_factory=_rows)

    def __post_init__(self) -> None:
        taken = {person.member.card for person in sample_people()}
        self.left = [member for member in self.left if member.card not in taken]

    def take(self, fits: Callable[[Member], bool] = _usual) -> Member:
        """The next member who fits; by default one with a telephone and an e-mail in the register."""
        # Those with nothing special come from the end: a later search for the special ones still finds them.
        found = next((member for member in reversed(self.left) if fits(member)), None)
        assert found, "the sample register has no more members of this kind"
        self.left.remove(found)
        return found

    def named(self, full_name: str) -> Member:
        """The member of this name."""
        return self.take(lambda member: member.full_name == full_name)


@pytest.fixture(scope="session")
def members(world: World) -> Members:
    """Everybody of the sample register who has no cabinet yet."""
    return Members()
