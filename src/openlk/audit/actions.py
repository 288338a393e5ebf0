"""The only way to write the audit trail."""

from openlk.audit.models import Event
from openlk.cabinets.models import insert
from openlk.kit import clock


def record(action: str, *, actor: str, subject: str, **details: str | int | bool) -> None:
    """Write one event in the caller's transaction; actor and subject are like «login:17», details hold no names."""
    insert([Event(at=clock.wall(), actor=actor, action=action, subject=subject, details=details)])
