"""The whole run: data, servers, rounds, report."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import cycle

from django.db import connection, connections

from openlk.cabinets.registry import cabinet
from tests.bench import machine
from tests.bench.accounting import parent_of
from tests.bench.against import Stage, compared, staged
from tests.bench.client import Client
from tests.bench.contenders import Account, BareHash, Contender, LogIn, Page, SignUp, signed_in
from tests.bench.importing_goals import imports_measured
from tests.bench.measuring import measure
from tests.bench.programs import Program, run, running, serving
from tests.bench.registering import Registration
from tests.bench.report import Report, exit_status, goals_of, notes_of, write
from tests.bench.world import fill, statements_of_home
from tests.bench.world_folder import SLUG
from tests.support import environment
from tests.support.people import PASSWORD
from tests.support.postgres import PostgresDatabases
from tests.support.scale import scaled
from tests.support.world import ROOT

REPORT = ROOT / "var" / "bench"
Variables = Mapping[str, str]

LOGINS = 2_000
FEW, MANY = 1_000, 4_000_000
REGISTRATIONS = 20
PEOPLE = 8
PRODUCT = "openlk.config.settings"
WITH_EMPTY_PAGE = "tests.bench.empty.settings"
PEER = "tests.bench.peer.settings"
# As many threads as the product has.
GUNICORN = ["tests.bench.peer.wsgi", "-b", "127.0.0.1:PORT", "-k", "gthread", "-w", "1", "--threads", "2"]
REGISTER, LOGIN, HOME, EMPTY = f"/{SLUG}/register", f"/{SLUG}/login", f"/{SLUG}/me/", f"/{SLUG}/me/empty"
PEER_SIGNUP, PEER_LOGIN, PEER_PAGE = "/accounts/signup/", "/accounts/login/", "/accounts/email/"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- a command prints


def _first_process_of_database() -> int:
    """PostgreSQL's own: the parent of the one that serves our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return parent_of(cursor.fetchone()[0])


class _Field:
    """Starts the programs; all of them run at the same time, each burst loads one."""

    def __init__(self, stack: ExitStack, product: Variables, peer: Variables) -> None:
        self._stack = stack
        self._product = product
        self._peer = peer
        self._log = environment.folder() / "bench.log"

    def hashing(self, library: str) -> Program:
        """A process that compares passwords."""
        return self._stack.enter_context(running("tests.bench.hashing", [library], self._log))

    def product(self, settings: str, database: Variables | None = None) -> tuple[Program, Client]:
        """The product's server, on the product's database unless another is given."""
        variables = {**(database or self._product), "DJANGO_SETTINGS_MODULE": settings}
        program, port = self._stack.enter_context(
            serving("tests.bench.one_worker", ["PORT"], variables, "/livez", self._log)
        )
        return program, Client(port)

    def peer(self, *, persistent: bool) -> tuple[Program, Client]:
        """The peer's server."""
        variables = {**self._peer, **({"PEER_PERSISTENT": "1"} if persistent else {})}
        program, port = self._stack.enter_context(serving("gunicorn", GUNICORN, variables, PEER_LOGIN, self._log))
        return program, Client(port)


def _registrations(field: _Field, few: Stage, many: Stage) -> Iterator[Contender]:
    """The same registration, beside a thousand members and beside millions."""
    for key, title, stage in (("registration", "регистрация целиком", few), ("among-many", "то же среди", many)):
        site, client = field.product(PRODUCT, stage.variables)
        shown = title if stage is few else f"{title} {stage.count}"
        yield Registration(key, shown, REGISTRATIONS, site, client, path=REGISTER, members=stage.members)


def _contenders(field: _Field, accounts: list[Account]) -> Iterator[Contender]:
    site, client = field.product(PRODUCT)
    people = signed_in(client, LOGIN, accounts[:PEOPLE])
    yield BareHash("libsodium", "хеш libsodium", 60, field.hashing("libsodium"))
    yield BareHash("argon2-cffi", "хеш argon2-cffi", 60, field.hashing("argon2-cffi"))
    yield LogIn("login", "вход", 60, site, client, path=LOGIN, accounts=cycle(accounts[PEOPLE:]))
    yield Page("home", "главная", 300, site, client, path=HOME, people=people)
    other, client = field.product(WITH_EMPTY_PAGE)
    yield Page("empty", "пустая страница", 300, other, client, path=EMPTY, people=people)
    yield from _peers(field)


def _peers(field: _Field) -> Iterator[Contender]:
    """Allauth as it is: its own page, its login and its sign-up with the hash that Django sets."""
    peers = [Account(f"person{number}", PASSWORD) for number in range(1, PEOPLE + 1)]
    for key, title, persistent in (
        ("allauth", "allauth, почта", False),
        ("allauth-persistent", "allauth, почта, постоянные соединения", True),
    ):
        other, client = field.peer(persistent=persistent)
        visitors = signed_in(client, PEER_LOGIN, peers)
        yield Page(key, title, 100, other, client, path=PEER_PAGE, people=visitors)
        if not persistent:
            yield LogIn("allauth-login", "allauth, вход", 5, other, client, path=PEER_LOGIN, accounts=cycle(peers))
            yield SignUp("allauth-signup", "allauth, регистрация", 5, other, client, path=PEER_SIGNUP)


@contextmanager
def _databases() -> Iterator[tuple[PostgresDatabases, Variables, Variables]]:
    """Two databases of one cluster, as the variables of the product and of the peer name them."""
    databases = environment.databases()
    assert isinstance(databases, PostgresDatabases)
    with databases.prepared(), databases.own() as own:
        databases._create("peer", "template1")
        yield (
            databases,
            {"OPENLK_DATABASE_URL": own.url, "OPENLK_OWNER_DATABASE_URL": own.owner_url},
            {"PEER_DATABASE_URL": databases.owner_url("peer"), "DJANGO_SETTINGS_MODULE": PEER},
        )


def _registered(databases: PostgresDatabases, count: int, registrations: int) -> AbstractContextManager[Stage]:
    _say(f"Готовим реестр: {count} членов…")
    return staged(databases, cabinet(SLUG), count, registrations)


def _measured(rounds: int) -> Report:
    with _databases() as (databases, product, peer), ExitStack() as stages:
        _say(f"Готовим данные: примеры и {LOGINS} логинов…")
        accounts = fill(cabinet(SLUG), LOGINS)
        run("tests.bench.peer.fill", [str(LOGINS), PASSWORD], peer)
        statements = statements_of_home(accounts[0])
        about, postgresql = machine.machine(), _first_process_of_database()
        registrations = REGISTRATIONS * (rounds + 1)
        few, many = (
            stages.enter_context(_registered(databases, count, registrations))
            for count in (FEW, max(FEW, scaled(MANY)))
        )
        connections.close_all()
        before = machine.load()
        with ExitStack() as servers:
            field = _Field(servers, product, peer)
            contenders = [*_contenders(field, accounts), *_registrations(field, few, many)]
            costs = measure(contenders, rounds, postgresql, lambda number: _say(f"Подход {number} из {rounds}"))
        about["загрузка до и после"] = f"{before} и {machine.load()}"
        goals, sections = compared(few, many, registrations)
        return Report(
            machine.date(), about, costs, [*goals_of(costs, statements), *goals], notes_of(costs), statements, sections
        )


def main() -> int:
    """Measure, print and keep the report; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description="Замер скорости; отчёт остаётся в var/bench.")
    parser.add_argument("--rounds", type=int, default=7, help="сколько подходов (7)")
    parser.add_argument("--without-import", action="store_true", help="не мерить загрузку реестра (минут десять)")
    chosen = parser.parse_args()
    report = _measured(max(1, chosen.rounds))
    if not chosen.without_import:
        _say("Загрузка реестра на обеих базах…")
        goals, section = imports_measured()
        report = replace(report, goals=[*report.goals, *goals], sections=[*report.sections, section])
    print(write(report, REPORT))  # noqa: T201 -- a command prints
    status = exit_status(report.goals)
    _say("Все цели достигнуты." if status == 0 else "Есть цели, которые не достигнуты.")
    return status
