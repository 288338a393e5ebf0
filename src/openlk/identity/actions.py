"""Every write to logins, links, consents and sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.actions import forgive, refund, spend
from openlk.guard.addresses import address_block
from openlk.guard.rules import tries_of_address, wrong_answers
from openlk.identity.definition import login_definition
from openlk.identity.models import Consent, Link, Login, LoginContact, Session
from openlk.identity.passwords import password_matches
from openlk.identity.queries import password_of
from openlk.kit import clock
from openlk.kit.kinds import KINDS, Invalid
from openlk.kit.sealed import digest, new_token
from openlk.register.models import Identifier

SESSION_LIMIT = timedelta(days=90)
SWEEP_BATCH = 2000


class LoginTaken(Exception):
    """There is a login of that name already."""


@dataclass(frozen=True)
class GivenConsent:
    """A consent as it was given on a screen; becomes a row when the login is created."""

    document: str
    version: str
    text_sha256: str
    given_at: datetime
    channel: str
    address: str


@dataclass(frozen=True)
class GivenContact:
    """A contact of a new login. `vouched_at` is set when the register itself holds this very value."""

    kind: str
    value: str
    source: str
    vouched_at: datetime | None


def create_login(
    name: str,
    password_hash: str,
    identifier: Identifier,
    level: str,
    contacts: Iterable[GivenContact],
    consents: Iterable[GivenConsent],
) -> Login:
    """Write a login with its link, contacts and consents in the caller's transaction. Raises LoginTaken."""
    now = clock.now()
    try:
        with transaction.atomic():
            login = Login.objects.create(
                name=name, password=password_hash, created_at=now, password_changed_at=clock.wall()
            )
    except IntegrityError as error:
        raise LoginTaken(name) from error
    Link.objects.create(login=login, holder_id=identifier.holder_id, identifier=identifier, level=level, created_at=now)
    LoginContact.objects.bulk_create(
        [
            LoginContact(login=login, kind=each.kind, value=each.value, source=each.source, vouched_at=each.vouched_at)
            for each in contacts
        ]
    )
    Consent.objects.bulk_create([Consent(login=login, **vars(each)) for each in consents])
    record("login created", actor=f"login:{login.pk}", subject=f"login:{login.pk}", level=level)
    return login


@dataclass(frozen=True)
class LogIn:
    """The answer to a name and a password: a session token, or seconds to wait, or neither (they do not fit)."""

    token: str | None = None
    wait_seconds: int = 0


def login_name(cabinet: Cabinet, typed: str) -> str:
    """The matchable form of what was typed as login; what cannot be one is kept as it is and will not be found."""
    kind = KINDS[login_definition(cabinet).kind]
    try:
        return kind.match_key(kind.parse(typed, "Логин"))
    except Invalid:
        return typed.strip().casefold()[:320]


def log_in(cabinet: Cabinet, typed: str, password: str, address: str, device: str) -> LogIn:
    """Compare a password and open a session. Tries are counted before the comparison; the hash runs outside.

    The two transactions take no savepoint inside their scope's own: on PostgreSQL that was a quarter of the statements.
    """
    name = login_name(cabinet, typed)
    network = f"address:{address_block(address)}"
    here = f"password:{digest(name)[:32]}|{address_block(address)}"
    with scope(cabinet), transaction.atomic(savepoint=False):
        wait_seconds = spend([(network, tries_of_address()), (here, wrong_answers())])
        if wait_seconds:
            return LogIn(wait_seconds=wait_seconds)
        found = password_of(name)
    login_id, phc = found or (None, None)
    if not password_matches(password, phc) or login_id is None:
        return LogIn()
    with scope(cabinet), transaction.atomic(savepoint=False):
        refund(network)
        forgive([here])
        token = open_session(cabinet, login_id, device)
        record("logged in", actor=f"login:{login_id}", subject=f"login:{login_id}")
    return LogIn(token=token)


def open_session(cabinet: Cabinet, login_id: int, device: str) -> str:
    """Write a session in the caller's transaction and return its token, which is stored nowhere."""
    token = new_token()
    now = clock.wall()
    idle = timedelta(days=login_definition(cabinet).idle_days)
    Session(
        audience="customer",
        token_digest=digest(token),
        login_id=login_id,
        device=device[:120],
        created_at=now,
        last_seen_at=now,
        expires_at=now + min(idle, SESSION_LIMIT),
    ).save(force_insert=True)
    return token


def log_out(cabinet: Cabinet, session_id: int) -> None:
    """End one session at once, in every process."""
    with scope(cabinet), transaction.atomic():
        Session.objects.filter(pk=session_id).delete()


def touch_session(cabinet: Cabinet, session_id: int, created_at: datetime) -> None:
    """Note that a session was used, and let it live on, up to its limit from the start."""
    now = clock.wall()
    idle = timedelta(days=login_definition(cabinet).idle_days)
    Session.objects.filter(pk=session_id).update(
        last_seen_at=now, expires_at=min(now + idle, created_at + SESSION_LIMIT)
    )


def sweep_sessions(cabinet: Cabinet) -> int:
    """Delete sessions that are over; returns how many."""
    with scope(cabinet), transaction.atomic():
        over = Session.objects.filter(expires_at__lt=clock.wall()).values_list("pk", flat=True)[:SWEEP_BATCH]
        deleted, _ = Session.objects.filter(pk__in=list(over)).delete()
    return deleted
