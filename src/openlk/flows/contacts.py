"""The contacts that a run's answers come to."""

from collections.abc import Mapping

from openlk.flows.fields import kind_of
from openlk.flows.walk import Walk
from openlk.register.queries import contacts_of

CONTACT_KINDS = frozenset({"phone", "email"})

# The answer to a masked contact that was left as it is: the register's value counts, and is stored nowhere else.
KEPT = ""


def registered_contacts(walk: Walk) -> dict[str, str]:
    """What the register holds today for the matched identifier, by kind; call inside a scope."""
    identifier_id = walk.facts.get("identifier")
    return contacts_of(identifier_id) if identifier_id is not None else {}


def contacts_in_use(walk: Walk, registered: Mapping[str, str] | None = None) -> dict[str, str]:
    """Kind → what was typed, or what the register holds for a contact left as it was; call inside a scope.

    `registered`: what the register holds, where it has been read already.
    """
    if registered is None:
        registered = registered_contacts(walk)
    found: dict[str, str] = {}
    for field in walk.fields:
        kind = kind_of(walk.cabinet, field).key
        if kind in CONTACT_KINDS and field in walk.answers:
            value = walk.answers[field] or registered.get(kind, "")
            if value:
                found[kind] = value
    return found
