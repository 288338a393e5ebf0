"""Where a login is reached, and whose word stands behind it.

A contact is vouched by the register that holds it, by an operator, or by a code to it together with a code to one that
was vouched already. Recovery through a vouched contact always wins over whoever made the login.
"""

from dataclasses import dataclass

from openlk.audit.actions import record
from openlk.identity.models import LoginContact
from openlk.kit import clock
from openlk.register.models import Contact

# Its own and the register's: a login is reached in at most this many places of a kind.
MOST_REACHES = 2


@dataclass(frozen=True)
class Reach:
    """One place where a login is reached: a phone in E.164 or an e-mail in lower case."""

    kind: str
    value: str
    vouched: bool


def reaches(login_id: int, kind: str) -> list[Reach]:
    """Where a login is reached by phone or by e-mail, the vouched place first; call inside a scope.

    While nobody vouched for the login's own contact, the register's is one too: whoever made the login with somebody
    else's name and number does not keep it from that person. Asks the same of the database for a login that is not
    there (0).
    """
    own = list(LoginContact.objects.filter(login=login_id, kind=kind).values_list("value", "vouched_at")[:1])
    of_register = list(
        Contact.objects.filter(identifier__links__login=login_id, kind=kind)
        .order_by("identifier__links__pk")
        .values_list("value", flat=True)[:1]
    )
    found = [Reach(kind, value, vouched=True) for value in of_register]
    for value, vouched_at in own:
        if vouched_at is not None:
            return [Reach(kind, value, vouched=True)]
        if value not in of_register:
            found.append(Reach(kind, value, vouched=False))
    return found


def vouched_reaches(login_id: int) -> list[Reach]:
    """Every vouched place where a login is reached, e-mail first: it costs nothing to send."""
    return [reach for kind in ("email", "phone") for reach in reaches(login_id, kind) if reach.vouched]


def save_contact(login_id: int, kind: str, value: str, *, vouched: bool) -> str:
    """Write a login's new contact and return the one it had before («» for none); call inside a transaction."""
    old: LoginContact | None = LoginContact.objects.select_for_update().filter(login=login_id, kind=kind).first()
    before: str = old.value if old else ""
    vouched_at = clock.wall() if vouched else None
    LoginContact.objects.update_or_create(
        login_id=login_id,
        kind=kind,
        defaults={"value": value, "source": "person", "vouched_at": vouched_at},
    )
    record("contact changed", actor=f"login:{login_id}", subject=f"login:{login_id}", kind=kind, vouched=vouched)
    return before


def drop_unvouched(login_id: int) -> int:
    """Forget the contacts of a login that nobody vouched for; returns how many."""
    dropped, _ = LoginContact.objects.filter(login=login_id, vouched_at=None).delete()
    return dropped
