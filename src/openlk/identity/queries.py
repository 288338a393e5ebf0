"""Reads of logins and sessions, always of the scoped cabinet."""

from dataclasses import dataclass
from datetime import datetime

from openlk.identity.models import Consent, Link, Session
from openlk.kit import clock
from openlk.kit.sealed import digest


@dataclass(frozen=True)
class CurrentLogin:
    """Who is signed in on this request."""

    session_id: int
    login_id: int
    login_name: str
    created_at: datetime
    last_seen_at: datetime


def current_login(token: str) -> CurrentLogin | None:
    """The customer whose session token this is, if it is alive; one statement, joined with the login."""
    row = (
        Session.objects.filter(token_digest=digest(token), audience="customer", expires_at__gt=clock.wall())
        .values_list("pk", "login_id", "login__name", "created_at", "last_seen_at")
        .first()
    )
    return CurrentLogin(*row) if row else None


def sessions_of(login_id: int) -> list[Session]:
    """The living sessions of a login, the last used first."""
    return list(Session.objects.filter(login=login_id, expires_at__gt=clock.wall()).order_by("-last_seen_at")[:50])


def consents_of(login_id: int) -> list[Consent]:
    """What this login agreed to, the newest first."""
    return list(Consent.objects.filter(login=login_id).order_by("-given_at")[:50])


def holder_has_login(holder_id: int) -> bool:
    """Whether any login opens this holder, through whatever identifier."""
    return Link.objects.filter(holder=holder_id).exists()
