"""The one factory of people: whoever a test needs is made here, through the product's own import and actions."""

from dataclasses import dataclass
from itertools import count

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.table import Row
from openlk.identity.actions import GivenContact, create_login
from openlk.identity.models import Login
from openlk.identity.passwords import hash_password
from openlk.kit import clock
from openlk.ledger.actions import open_member_accounts
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.models import Holder, Identifier

REGISTER = "members"
PASSWORD = "соль и хлеб на столе"

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """A row of the register, and the login of its holder if one was wanted."""

    cabinet: Cabinet
    full_name: str
    union_card: str
    phone: str
    email: str
    region: str
    holder: Holder
    identifier: Identifier
    login: Login | None
    password: str


def make_person(
    cabinet: Cabinet,
    *,
    full_name: str = "Ковалёва Анна Петровна",
    union_card: str | None = None,
    phone: str = "+79123456789",
    email: str | None = None,
    region: str = "Пермский край",
    with_login: bool = False,
    password: str = PASSWORD,
) -> Person:
    """A person of the cabinet's register; a new card number and e-mail each time unless given. Empty: not known."""
    number = next(_numbers)
    card = union_card or f"{7_000_000 + number:010d}"
    address = f"member{number}@example.org" if email is None else email
    values = {"full_name": full_name, "union_card": card, "phone": phone, "email": address, "region": region}
    importer = RegisterImporter(cabinet, REGISTER, registers_of(cabinet)[REGISTER])
    importer.prepare(list(values))
    summary = importer.apply([Row(2, tuple(values.values()))])
    if summary.problems:
        raise ValueError("; ".join(problem.message for problem in summary.problems))
    hashed = hash_password(password) if with_login else ""
    with scope(cabinet):
        identifier = Identifier.objects.select_related("holder").get(register=REGISTER, printed=card)
        login = _login(identifier, hashed, {"phone": phone, "email": address}) if with_login else None
    return Person(cabinet, full_name, card, phone, address, region, identifier.holder, identifier, login, password)


def _login(identifier: Identifier, password_hash: str, contacts: dict[str, str]) -> Login:
    """As registration leaves it: a full link, contacts vouched by the register, empty accounts."""
    given = [GivenContact(kind, value, "register", clock.now()) for kind, value in contacts.items() if value]
    login = create_login(identifier.value, password_hash, identifier, "full", given, ())
    open_member_accounts(identifier.holder)
    return login
