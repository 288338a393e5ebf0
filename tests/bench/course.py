"""The whole run: data, servers, rounds, report."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from django.db import connection, connections

from openlk.cabinets.registry import cabinet
from tests.bench import machine
from tests.bench.accounting import parent_of
from tests.bench.client import Client
from tests.bench.contenders import Account, BareHash, Contender, LogIn, Page, signed_in
from tests.bench.measuring import measure
from tests.bench.programs import Program, run, running, serving
from tests.bench.report import Report, exit_status, goals_of, notes_of, write
from tests.bench.world import fill, statements_of_home
from tests.bench.world_folder import SLUG
from tests.support import environment
from tests.support.databases import OwnDatabase
from tests.support.people import PASSWORD
from tests.support.postgres import PostgresDatabases
from tests.support.world import ROOT

REPORT = ROOT / "var" / "bench"
LOGINS = 2_000
PEOPLE = 8
PRODUCT = {"DJANGO_SETTINGS_MODULE": "openlk.config.settings"}
WITH_EMPTY_PAGE = {"DJANGO_SETTINGS_MODULE": "tests.bench.empty.settings"}
PEER = {"DJANGO_SETTINGS_MODULE": "tests.bench.peer.settings"}
# As many threads as the product has.
GUNICORN = ["tests.bench.peer.wsgi", "-b", "127.0.0.1:PORT", "-k", "gthread", "-w", "1", "--threads", "2"]
LOGIN, HOME, EMPTY = f"/{SLUG}/login", f"/{SLUG}/me/", f"/{SLUG}/me/empty"
PEER_LOGIN, PEER_PAGE = "/accounts/login/", "/accounts/email/"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- a command prints


def _first_process_of_database() -> int:
    """PostgreSQL's own: the parent of the one that serves our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return parent_of(cursor.fetchone()[0])


class _Field:
    """Starts the programs; all of them run at the same time, each burst loads one."""

    def __init__(self, stack: ExitStack, log: Path) -> None:
        self._stack = stack
        self._log = log

    def hashing(self, library: str) -> Program:
        return self._stack.enter_context(running("tests.bench.hashing", [library], self._log))

    def product(self, environment_: dict[str, str]) -> tuple[Program, Client]:
        program, port = self._stack.enter_context(
            serving("tests.bench.one_worker", ["PORT"], environment_, "/livez", self._log)
        )
        return program, Client(port)

    def peer(self, environment_: dict[str, str]) -> tuple[Program, Client]:
        program, port = self._stack.enter_context(
            serving("gunicorn", GUNICORN, {**PEER, **environment_}, PEER_LOGIN, self._log)
        )
        return program, Client(port)


def _contenders(field: _Field, accounts: list[Account], peer: dict[str, str]) -> Iterator[Contender]:
    site, client = field.product(PRODUCT)
    people = signed_in(client, LOGIN, accounts[:PEOPLE])
    yield BareHash("libsodium", "хеш libsodium", 60, field.hashing("libsodium"))
    yield BareHash("argon2-cffi", "хеш argon2-cffi", 60, field.hashing("argon2-cffi"))
    yield LogIn("login", "вход", 60, site, client, path=LOGIN, accounts=cycle(accounts[PEOPLE:]))
    yield Page("home", "главная", 300, site, client, path=HOME, people=people)
    other, client = field.product(WITH_EMPTY_PAGE)
    yield Page("empty", "пустая страница", 300, other, client, path=EMPTY, people=people)
    peer_accounts = [Account(f"person{number}", PASSWORD) for number in range(1, PEOPLE + 1)]
    for key, title, more in (
        ("allauth", "allauth, почта", {}),
        ("allauth-persistent", "allauth, почта, постоянные соединения", {"PEER_PERSISTENT": "1"}),
    ):
        other, client = field.peer({**peer, **more})
        visitors = signed_in(client, PEER_LOGIN, peer_accounts)
        yield Page(key, title, 100, other, client, path=PEER_PAGE, people=visitors)


@contextmanager
def _databases() -> Iterator[tuple[OwnDatabase, dict[str, str]]]:
    """The product's, and the environment of the peer's, in one cluster."""
    databases = environment.databases()
    assert isinstance(databases, PostgresDatabases)
    with databases.prepared(), databases.own() as own:
        databases._create("peer", "template1")
        yield own, {"PEER_DATABASE_URL": databases.owner_url("peer")}


def _measured(rounds: int) -> Report:
    with _databases() as (own, peer), ExitStack() as stack:
        PRODUCT.update(OPENLK_DATABASE_URL=own.url, OPENLK_OWNER_DATABASE_URL=own.owner_url)
        WITH_EMPTY_PAGE.update(OPENLK_DATABASE_URL=own.url, OPENLK_OWNER_DATABASE_URL=own.owner_url)
        _say(f"Готовим данные: примеры и {LOGINS} логинов…")
        accounts = fill(cabinet(SLUG), LOGINS)
        run("tests.bench.peer.fill", [str(LOGINS), PASSWORD], {**PEER, **peer})
        statements = statements_of_home(accounts[0])
        about, postgresql = machine.machine(), _first_process_of_database()
        connections.close_all()
        field = _Field(stack, environment.folder() / "bench.log")
        contenders = list(_contenders(field, accounts, peer))
        before = machine.load()
        costs = measure(contenders, rounds, postgresql, lambda number: _say(f"Подход {number} из {rounds}"))
        about["загрузка до и после"] = f"{before} и {machine.load()}"
        return Report(machine.date(), about, costs, goals_of(costs, statements), notes_of(costs), statements)


def main() -> int:
    """Measure, print and keep the report; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description="Замер скорости; отчёт остаётся в var/bench.")
    parser.add_argument("--rounds", type=int, default=7, help="сколько подходов (7)")
    report = _measured(max(1, parser.parse_args().rounds))
    print(write(report, REPORT))  # noqa: T201 -- a command prints
    status = exit_status(report.goals)
    _say("Все цели достигнуты." if status == 0 else "Есть цели, которые не достигнуты.")
    return status
