"""A new password: by the person who is signed in, or by who has proved a contact."""

from openlk.audit.actions import record
from openlk.guard.devices import forget_devices
from openlk.identity.contacts import drop_unvouched
from openlk.identity.models import Login, Session
from openlk.kit import clock


def _write_password(login_id: int, password_hash: str) -> None:
    Login.objects.filter(pk=login_id).update(password=password_hash, password_changed_at=clock.wall())


def change_password(login_id: int, password_hash: str, session_id: int) -> None:
    """The signed-in person's new password, in the caller's transaction; every other session of the login ends."""
    _write_password(login_id, password_hash)
    Session.objects.filter(login=login_id).exclude(pk=session_id).delete()
    record("password changed", actor=f"login:{login_id}", subject=f"login:{login_id}")


def recover(login_id: int, password_hash: str, *, vouched: bool) -> None:
    """A new password for who has proved a contact, in the caller's transaction.

    Every session ends and no browser is known any more. Through a vouched contact (or an operator) the contacts that
    nobody vouched for go too: they may be somebody else's.
    """
    _write_password(login_id, password_hash)
    Session.objects.filter(login=login_id).delete()
    forget_devices(f"login:{login_id}")
    dropped = drop_unvouched(login_id) if vouched else 0
    record("password recovered", actor="person", subject=f"login:{login_id}", vouched=vouched, dropped=dropped)
