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


# Each key is looked up along the index, in a plan made for the table as it is now: one that was made while the table
# was empty would read all of it, a hundred thousand times slower by the end of a first import.
_OWN_PLAN = "SET LOCAL plan_cache_mode = force_custom_plan"
# The checks of foreign keys at the end of the transaction would be planned one by one, at three times their price.
_ANY_PLAN = "SET LOCAL plan_cache_mode = auto"
_HOLDERS = {
    "postgresql": (
        "SELECT wanted.key, held.* FROM unnest(%s::text[]) AS wanted (key) CROSS JOIN LATERAL ("
        "SELECT id, full_name, name_key FROM register_holder"
        " WHERE cabinet = %s AND register = %s AND key = wanted.key LIMIT 1) AS held"
    ),
    "sqlite": (
        "SELECT held.key, held.id, full_name, name_key FROM json_each(%s) AS wanted"
        # CROSS: SQLite keeps the order of the tables, and does not read the whole register for every range.
        " CROSS JOIN register_holder AS held WHERE cabinet = %s AND register = %s AND held.key = wanted.value"
    ),
}


def stored_holders(register: str, keys: Collection[str]) -> dict[str, StoredHolder]:
    """Key → the person with this key."""
    if not keys:
        return {}
    postgresql = connection.vendor == "postgresql"
    wanted: str | list[str] = list(keys) if postgresql else json.dumps(list(keys))
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute(_OWN_PLAN)
        cursor.execute(_HOLDERS[connection.vendor], [wanted, scoped_slug(), register])
        found = {row[0]: StoredHolder(*row[1:]) for row in cursor.fetchall()}
        if postgresql:
            cursor.execute(_ANY_PLAN)
    return found
