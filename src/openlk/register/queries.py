"""Reads of the register, always of the scoped cabinet."""

from dataclasses import dataclass

from openlk.register.models import Contact, Identifier


@dataclass(frozen=True)
class Found:
    """A living row of the register."""

    identifier: Identifier
    contacts: dict[str, str]


def find(register: str, value: str) -> Found | None:
    """The row with this identifier (in matchable form), with its holder and contacts; ended rows are not found."""
    identifier = (
        Identifier.objects.filter(register=register, value=value, ended_at=None).select_related("holder").first()
    )
    return Found(identifier, contacts_of(identifier.pk)) if identifier else None


def contacts_of(identifier_id: int) -> dict[str, str]:
    """Kind → value of what the register knows for an identifier."""
    return dict(Contact.objects.filter(identifier=identifier_id).values_list("kind", "value"))
