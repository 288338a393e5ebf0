"""Rows of the register as they stand now, for comparing and for before-images."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.register.models import Contact, Identifier
from openlk.register.rows import Entry

_HOLDER = ("holder_id", "holder__key", "holder__full_name", "holder__name_key")
_COLUMNS = ("pk", *_HOLDER, "printed", "facts", "row_digest", "imported_at", "ended_at")


class StoredHolder(NamedTuple):
    """A person of the register."""

    pk: int
    full_name: str
    name_key: str


class Stored(NamedTuple):
    """An identifier with its holder and contacts: kind → (id, value)."""

    pk: int
    holder_id: int
    holder_key: str
    full_name: str
    name_key: str
    printed: str
    facts: dict[str, str]
    digest: bytes | None
    imported_at: datetime
    ended_at: datetime | None
    contacts: dict[str, tuple[int, str]]

    def says(self, entry: Entry) -> bool:
        """Whether the row says what the entry says, as people see it."""
        return (
            self.holder_key == entry.holder_key
            and self.full_name == entry.full_name
            and self.printed == entry.printed
            and self.facts == json.loads(entry.facts)
            and {kind: value for kind, (_, value) in self.contacts.items()} == entry.contacts
        )

    def image(self) -> dict[str, Any]:
        """Everything that an import may change, as JSON."""
        return {
            "holder_id": self.holder_id,
            "printed": self.printed,
            "facts": self.facts,
            "row_digest": self.digest.hex() if self.digest is not None else None,
            "imported_at": self.imported_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at is not None else None,
            "contacts": [[pk, kind, value] for kind, (pk, value) in self.contacts.items()],
        }


def stored(identifiers: Collection[int]) -> dict[int, Stored]:
    """The rows with these ids."""
    if not identifiers:
        return {}
    contacts: dict[int, dict[str, tuple[int, str]]] = {}
    for pk, identifier, kind, value in Contact.objects.filter(identifier__in=identifiers).values_list(
        "pk", "identifier_id", "kind", "value"
    ):
        contacts.setdefault(identifier, {})[kind] = (pk, value)
    found = {}
    for row in Identifier.objects.filter(pk__in=identifiers).values_list(*_COLUMNS):
        digest = None if row[7] is None else bytes(row[7])
        found[row[0]] = Stored(*row[:7], digest, *row[8:], contacts.get(row[0], {}))  # type: ignore[call-arg]  # as many as _COLUMNS
    return found


def _held_by(keys: Collection[str]) -> tuple[str, str | list[str]]:
    """The statement that finds holders by their keys, and the keys as its last value."""
    chosen = "SELECT key, id, full_name, name_key FROM register_holder WHERE cabinet = %s AND register = %s AND key"
    if connection.vendor == "postgresql":
        return f"{chosen} = ANY(%s)", list(keys)
    among = "IN (SELECT value FROM json_each(%s))"
    return f"{chosen} {among}", json.dumps(list(keys))


def stored_holders(register: str, keys: Collection[str]) -> dict[str, StoredHolder]:
    """Key → the person with this key."""
    if not keys:
        return {}
    statement, among = _held_by(keys)
    with connection.cursor() as cursor:
        cursor.execute(statement, [scoped_slug(), register, among])
        return {row[0]: StoredHolder(*row[1:]) for row in cursor.fetchall()}
