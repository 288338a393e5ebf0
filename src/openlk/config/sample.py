"""Loads a cabinet's sample world from its folder sample/."""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.content.actions import NewsText, publish_news
from openlk.content.definition import documents_of
from openlk.content.documents import newest
from openlk.files.importing import run_import
from openlk.identity.actions import GivenConsent, GivenContact, create_login
from openlk.identity.models import Login
from openlk.identity.passwords import hash_password
from openlk.kit import clock
from openlk.kit.kinds import KINDS
from openlk.ledger.actions import open_member_accounts
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.queries import find
from openlk.rewards.actions import PartnerText, publish_partners


def _table(file: Path) -> Mapping[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def people_of(cabinet: Cabinet) -> Mapping[str, Any]:
    """The sample people: `person` (with logins) and `try` (to register with)."""
    return _table(cabinet.folder / "sample" / "people.toml")


def _load_registers(cabinet: Cabinet, folder: Path) -> None:
    for name, register in registers_of(cabinet).items():
        file = folder / f"{name}.csv"
        if file.is_file():
            for problem in run_import(RegisterImporter(cabinet, name, register), file).problems:
                print(f"{file}: {problem}", file=sys.stderr)


def _load_offers(cabinet: Cabinet, folder: Path) -> None:
    partners = []
    for row in _table(folder / "offers.toml").get("partner", ()):
        columns = {key: value for key, value in row.items() if key != "offer"}
        partners.append(PartnerText(columns, row.get("offer", ())))
    publish_partners(cabinet, partners)


def _load_news(cabinet: Cabinet, folder: Path) -> None:
    items = _table(folder / "news.toml").get("news", ())
    publish_news(cabinet, [NewsText(**{**item, "regions": tuple(item.get("regions", ()))}) for item in items])


def _load_person(cabinet: Cabinet, register: str, person: Mapping[str, str]) -> None:
    number = KINDS["identifier"].match_key(KINDS["identifier"].parse(person["number"], "Номер"))
    with scope(cabinet):
        if Login.objects.filter(name=number).exists():
            return
    password_hash = hash_password(person["password"])
    now = clock.wall()
    with scope(cabinet), transaction.atomic():
        found = find(register, number)
        if found is None:
            raise LookupError(f"sample person {number} is not in the sample register")
        contacts = [GivenContact(kind, value, "register", now) for kind, value in found.contacts.items()]
        consents = []
        for name in documents_of(cabinet):
            document = newest(name)
            if document is not None:
                consents.append(GivenConsent(name, document.version, document.text_sha256, now, "box", "127.0.0.1"))
        create_login(number, password_hash, found.identifier, "full", contacts, consents)
        open_member_accounts(found.identifier.holder)


def load_sample(cabinet: Cabinet) -> None:
    """Fill a cabinet with its sample world; a second call changes nothing that people did meanwhile."""
    folder = cabinet.folder / "sample"
    if not folder.is_dir():
        return
    _load_registers(cabinet, folder)
    _load_offers(cabinet, folder)
    _load_news(cabinet, folder)
    register = next(iter(registers_of(cabinet)))
    for person in people_of(cabinet).get("person", ()):
        _load_person(cabinet, register, person)
