"""Reads of logins and sessions, always of the scoped cabinet."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.identity.models import Consent, Session
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
    proved_at: datetime


# The two reads of every signed-in page, as statements that the database prepares once: through the ORM, composing
# the SQL costs more than running it.
_CURRENT_LOGIN = """
SELECT s.id, s.login_id, l.name, s.created_at, s.last_seen_at, s.proved_at
FROM identity_session s JOIN identity_login l ON l.id = s.login_id
WHERE s.token_digest = %s AND s.cabinet = %s AND s.audience = 'customer' AND s.expires_at > %s
"""


def _moment(value: datetime) -> datetime:
    """SQLite keeps moments without a zone; they are UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def current_login(token: str) -> CurrentLogin | None:
    """The customer whose session token this is, if it is alive; one statement, joined with the login."""
    now = connection.ops.adapt_datetimefield_value(clock.wall())
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT_LOGIN, [digest(token), scoped_slug(), now])
        row = cursor.fetchone()
    if row is None:
        return None
    session_id, login_id, name, *moments = row
    return CurrentLogin(session_id, login_id, name, *(_moment(each) for each in moments))


_STORED = "SELECT id, password FROM identity_login WHERE cabinet = %s AND name = %s"


def password_of(name: str) -> tuple[int, str] | None:
    """The id and the PHC string of the login of that name, which is in matchable form."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [scoped_slug(), name])
        found: tuple[int, str] | None = cursor.fetchone()
    return found


_STILL = "SELECT 1 FROM identity_login WHERE cabinet = %s AND id = %s AND password = %s"


def still_has_password(login_id: int, phc: str) -> bool:
    """Whether the login has this very hash, and will have it until the caller's transaction ends.

    Whoever changes it meanwhile waits, and then ends the session that the caller opens.
    """
    held = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_STILL + held, [scoped_slug(), login_id, phc])
        return cursor.fetchone() is not None


def sessions_of(login_id: int) -> list[Session]:
    """The living sessions of a login, the last used first."""
    return list(Session.objects.filter(login=login_id, expires_at__gt=clock.wall()).order_by("-last_seen_at")[:50])


def consents_of(login_id: int) -> list[Consent]:
    """What this login agreed to, the newest first."""
    return list(Consent.objects.filter(login=login_id).order_by("-given_at")[:50])


_NAME_AND_CONTACTS = """
SELECT l.name, c.kind, c.value
FROM identity_login l LEFT JOIN identity_logincontact c ON c.login_id = l.id
WHERE l.cabinet = %s AND l.id = %s
"""


def name_and_contacts(login_id: int) -> tuple[str, dict[str, str]]:
    """What a person logs in with, and their contacts by kind; empty when there is no such login."""
    with connection.cursor() as cursor:
        cursor.execute(_NAME_AND_CONTACTS, [scoped_slug(), login_id])
        rows: list[tuple[str, str | None, str]] = cursor.fetchall()
    return rows[0][0] if rows else "", {kind: value for _, kind, value in rows if kind}


_OF_HOLDER = "SELECT login_id FROM identity_link WHERE cabinet = %s AND holder_id = %s ORDER BY id LIMIT 1"


def login_of_holder(holder_id: int) -> int:
    """The login that opens this holder, through whatever identifier; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_HOLDER, [scoped_slug(), holder_id])
        found: tuple[int] | None = cursor.fetchone()
    return found[0] if found else 0
