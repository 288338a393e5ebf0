"""The members of the sample register, each of whom can be registered once in one world."""

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.world import ROOT, SLUG, World

# Who is only looked for: the first rows, and those further down who are the only ones of their kind.
FIRST_ROWS = 60
MORE_ROWS = "1200"
RARE = ("Королева Алена Артемовна", "Мельник Тамара Ивановна")
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


def _rows(table: Path = SAMPLE / "members.csv") -> list[Member]:
    with table.open(encoding="utf-8-sig", newline="") as file:
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
    return [SamplePerson(by_card[each["number"]], each["password"]) for each in known]


def _usual(member: Member) -> bool:
    return bool(member.phone and member.email)


def _without_cabinet() -> list[Member]:
    taken = {person.member.card for person in sample_people()}
    return [member for member in _rows() if member.card not in taken]


class Members:
    """Those without a cabinet: some are only ever looked for in the register, the others register, each once."""

    def __init__(self, world: World) -> None:
        self._world = world
        everybody = _without_cabinet()
        self._looked_for = [
            each for place, each in enumerate(everybody) if place < FIRST_ROWS or each.full_name in RARE
        ]
        self._left = [each for each in everybody if each not in self._looked_for]
        self._asked_for_more = False

    def take(self, fits: Callable[[Member], bool] = _usual) -> Member:
        """The next member who fits, nobody else's; by default one with a telephone and an e-mail in the register."""
        found = next((member for member in self._left if fits(member)), None)
        if found is None and not self._asked_for_more:
            self._send_more()
            return self.take(fits)
        assert found, "the register has no more members of this kind"
        self._left.remove(found)
        return found

    def _send_more(self) -> None:
        """All are registered: the organisation sends another file, while the world runs."""
        self._asked_for_more = True
        table = self._world.log.with_name("more-members.csv")
        self._world.command("generate", SLUG, "members", MORE_ROWS, "--seed", "7", "--out", str(table))
        self._world.command("import", SLUG, "members", str(table))
        self._left += _rows(table)

    def look_for(self, fits: Callable[[Member], bool]) -> Member:
        """A member who fits and never registers, so that any number of tests may look for the same one."""
        found = next((member for member in self._looked_for if fits(member)), None)
        assert found, "the sample register has no member of this kind"
        return found

    def look_for_all(self, full_name: str) -> list[Member]:
        """Everybody of this name, as `look_for`."""
        return [member for member in self._looked_for if member.full_name == full_name]


@pytest.fixture(scope="session")
def members(world: World) -> Members:
    """The members of the running world, handed out to all its tests."""
    return Members(world)
