"""The person behind a login, as pages show them."""

import json
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.kit.names import given_names, initials


@dataclass(frozen=True)
class Person:
    """The holder a login opens, through its first link."""

    link_id: int
    holder_id: int
    full_name: str
    facts: dict[str, str]
    identifier: str
    printed: str
    ended: bool

    @cached_property
    def given_names(self) -> str:
        return given_names(self.full_name)

    @cached_property
    def initials(self) -> str:
        return initials(self.full_name)

    @property
    def region(self) -> str:
        return self.facts.get("region", "")


# A read of every signed-in page, as a statement that the database prepares once.
_PERSON = """
SELECT k.id, k.holder_id, h.full_name, i.facts, i.value, i.printed, i.ended_at IS NOT NULL
FROM identity_link k
JOIN register_holder h ON h.id = k.holder_id
JOIN register_identifier i ON i.id = k.identifier_id
WHERE k.cabinet = %s AND k.login_id = %s
ORDER BY k.id LIMIT 1
"""


def person_of(login_id: int) -> Person | None:
    """The person of a login, through its first link; None while nothing is attached to it yet."""
    with connection.cursor() as cursor:
        cursor.execute(_PERSON, [scoped_slug(), login_id])
        row = cursor.fetchone()
    if row is None:
        return None
    link_id, holder_id, full_name, facts, value, printed, ended = row
    return Person(link_id, holder_id, full_name, json.loads(facts), value, printed, bool(ended))
