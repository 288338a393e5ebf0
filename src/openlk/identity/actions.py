"""Every write to logins, links, consents and sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.models import insert, insert_new
from openlk.cabinets.scoping import scope
from openlk.guard.actions import forgive, refund, spend
from openlk.guard.addresses import address_block
from openlk.guard.devices import is_known, remember_device
from openlk.guard.rules import (
    Rule,
    tries_of_address,
    wrong_answers,
    wrong_passwords_elsewhere,
    wrong_passwords_of_device,
)
from openlk.guard.tallies import count_miss, too_many_misses
from openlk.identity.definition import login_definition
from openlk.identity.models import Consent, Link, Login, LoginContact, Session
from openlk.identity.passwords import TooBusy, hash_password, is_outdated, password_matches
from openlk.identity.queries import password_of, still_has_password
from openlk.kit import clock
from openlk.kit.kinds import KINDS, Invalid
from openlk.kit.sealed import digest, new_token
from openlk.look.memory import Memory
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
    login = Login(name=name, password=password_hash, created_at=now, password_changed_at=clock.wall())
    if not insert_new(login):
        raise LoginTaken(name)
    insert([Link(login=login, holder_id=identifier.holder_id, identifier=identifier, level=level, created_at=now)])
    insert(
        [
            LoginContact(login=login, kind=each.kind, value=each.value, source=each.source, vouched_at=each.vouched_at)
            for each in contacts
        ]
    )
    insert([Consent(login=login, **vars(each)) for each in consents])
    record("login created", actor=f"login:{login.pk}", subject=f"login:{login.pk}", level=level)
    return login


@dataclass(frozen=True)
class LogIn:
    """The answer to a name and a password: a session token, or seconds to wait, or neither (they do not fit).

    `known_as` is the cookie by which this browser is known from now on, if the pair was right.
    """

    token: str | None = None
    wait_seconds: int = 0
    known_as: str = ""


def login_name(cabinet: Cabinet, typed: str) -> str:
    """The matchable form of what was typed as login; what cannot be one is kept as it is and will not be found."""
    kind = KINDS[login_definition(cabinet).kind]
    try:
        return kind.match_key(kind.parse(typed, "Логин"))
    except Invalid:
        return typed.strip().casefold()[:320]


# Whether strangers' browsers get no free tries: read at most every half a minute, since it moves slowly.
_strict: Memory[bool] = Memory(lambda _: too_many_misses("passwords"))


@dataclass(frozen=True)
class _Tries:
    """What one try costs. A known browser pays with its own budget alone; nobody else's misses are in it."""

    subjects: tuple[tuple[str, Rule], ...]
    known: bool

    @property
    def spent(self) -> list[str]:
        return [subject for subject, _ in self.subjects]

    @property
    def network(self) -> str:
        return self.spent[0]

    @property
    def of_person(self) -> list[str]:
        return self.spent if self.known else self.spent[1:]


def _tries_of(name: str, address: str, known_as: str, *, known: bool, strict: bool) -> _Tries:
    whom, block = f"password:{digest(name)[:32]}", address_block(address)
    if known:
        return _Tries(((f"{whom}|device:{digest(known_as)[:32]}", wrong_passwords_of_device()),), known)
    network = (f"address:{block}", tries_of_address())
    here = (f"{whom}|{block}", wrong_answers(strict=strict))
    return _Tries((network, here, (whom, wrong_passwords_elsewhere(strict=strict))), known)


def log_in(cabinet: Cabinet, typed: str, password: str, address: str, device: str, known_as: str = "") -> LogIn:
    """Compare a password and open a session; `known_as` is the cookie of a browser that has logged in before.

    Tries are counted before the comparison; the hash runs outside. Raises TooBusy: nothing compared, nothing spent.
    The transactions take no savepoint inside their scope's own: on PostgreSQL that was a quarter of the statements.
    """
    name, strict = login_name(cabinet, typed), _strict.of(cabinet)
    with scope(cabinet), transaction.atomic(savepoint=False):
        login_id, phc = password_of(name) or (None, None)
        known = bool(known_as) and is_known(f"login:{login_id or 0}", known_as)
        tries = _tries_of(name, address, known_as, known=known, strict=strict)
        wait_seconds = spend(tries.subjects)
    if wait_seconds:
        return LogIn(wait_seconds=wait_seconds)
    try:
        fits = password_matches(password, phc)
    except TooBusy:
        with scope(cabinet), transaction.atomic(savepoint=False):
            for subject in tries.spent:
                refund(subject)
        raise
    if not fits or login_id is None or phc is None:
        if not known:
            with scope(cabinet), transaction.atomic(savepoint=False):
                count_miss("passwords")
        return LogIn()
    renewed = _renewed(password, phc)
    with scope(cabinet), transaction.atomic(savepoint=False):
        return _let_in(cabinet, login_id, device, known_as, tries, (phc, renewed))


def _renewed(password: str, phc: str) -> str | None:
    """The hash by today's parameters where the stored one is of others; another time, when nobody else waits."""
    try:
        return hash_password(password) if is_outdated(phc) else None
    except TooBusy:
        return None


def _let_in(
    cabinet: Cabinet, login_id: int, device: str, known_as: str, tries: _Tries, hashes: tuple[str, str | None]
) -> LogIn:
    """The second half of a login. `hashes`: the one compared, and the one made anew if that was outdated."""
    compared, renewed = hashes
    if not still_has_password(login_id, compared):
        return LogIn()
    if not tries.known:
        refund(tries.network)
    forgive(tries.of_person)
    if renewed:
        Login.objects.filter(pk=login_id, password=compared).update(password=renewed)
    token = open_session(cabinet, login_id, device)
    kept = remember_device(f"login:{login_id}", known_as)
    record("logged in", actor=f"login:{login_id}", subject=f"login:{login_id}")
    return LogIn(token=token, known_as=kept)


def open_session(cabinet: Cabinet, login_id: int, device: str) -> str:
    """Write a session in the caller's transaction and return its token, which is stored nowhere."""
    token = new_token()
    now = clock.wall()
    idle = timedelta(days=login_definition(cabinet).idle_days)
    session = Session(
        audience="customer",
        token_digest=digest(token),
        login_id=login_id,
        device=device[:120],
        created_at=now,
        proved_at=now,
        last_seen_at=now,
        expires_at=now + min(idle, SESSION_LIMIT),
    )
    insert([session])
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
