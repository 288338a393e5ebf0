"""The person behind a login, as pages show them."""

from dataclasses import dataclass
from functools import cached_property

from openlk.identity.models import Link
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


def person_of(login_id: int) -> Person | None:
    """The person of a login; None while nothing is attached to it yet."""
    row = (
        Link.objects.filter(login=login_id)
        .order_by("pk")
        .values_list(
            "pk",
            "holder_id",
            "holder__full_name",
            "holder__facts",
            "identifier__value",
            "identifier__printed",
            "identifier__ended_at",
        )
        .first()
    )
    if row is None:
        return None
    *values, ended_at = row
    return Person(*values, ended=ended_at is not None)
