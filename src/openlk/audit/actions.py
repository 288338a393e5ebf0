"""The only way to write the audit trail."""

from openlk.audit.models import Event
from openlk.kit import clock


def record(action: str, *, actor: str, subject: str, **details: str | int | bool) -> None:
    """Write one event in the caller's transaction; actor and subject are like «login:17», details hold no names."""
    # Not objects.create(): a part of every action need not compose a query first.
    Event(at=clock.wall(), actor=actor, action=action, subject=subject, details=details).save(force_insert=True)
