"""Reads of the register, always of the scoped cabinet."""

from dataclasses import dataclass

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.register.models import Identifier

# Asked at nearly every step of a registration: composed through the ORM, it costs five times what it takes to run.
_CONTACTS = "SELECT kind, value FROM register_contact WHERE cabinet = %s AND identifier_id = %s"


@dataclass(frozen=True)
class Found:
    """A living row of the register."""

    identifier: Identifier
    contacts: dict[str, str]


def find(register: str, value: str) -> Found | None:
    """The row with this identifier (in matchable form), with its holder and contacts; ended rows are not found."""
    identifier = find_identifier(register, value)
    return Found(identifier, contacts_of(identifier.pk)) if identifier else None


def find_identifier(register: str, value: str) -> Identifier | None:
    """The row alone, with its holder; ended rows are not found."""
    rows = Identifier.objects.filter(register=register, value=value, ended_at=None).select_related("holder")
    # One at most, by the unique key: nothing to sort.
    found: Identifier | None = next(iter(rows), None)
    return found


def contacts_of(identifier_id: int) -> dict[str, str]:
    """Kind → value of what the register knows for an identifier."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [scoped_slug(), identifier_id])
        return dict(cursor.fetchall())
