"""Registration against registers of two sizes: the same plans, and no more pages of an index than it is deep."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import urlsplit

from django.db import connections
from psycopg.conninfo import make_conninfo

from openlk.cabinets.loading import Cabinet
from tests.bench.plans import Planned, Statements, statements_of_registration
from tests.bench.registering import Member
from tests.bench.registers import Read, Register
from tests.bench.report import Goal, Section, number, table
from tests.support.postgres import PostgresDatabases

# Registered before the rounds: one to warm the memories, three to look at.
WALKED = 4
_TOLD_SECONDS = 0.5


@dataclass(frozen=True)
class Usage:
    """What one registration took of one index, on average; `depth`: pages from its root to a row."""

    descents: float
    pages: float
    depth: int


@dataclass
class Stage:
    """A database with a register, a cabinet around it, and members who are still to register."""

    count: int
    variables: Mapping[str, str]
    register: Register
    statements: Statements
    members: Iterator[Member]
    before: tuple[dict[str, Read], int]

    def usage(self, registrations: int) -> tuple[dict[str, Usage], int]:
        """Of every index of the register since the stage was set, and how often a table was read from end to end.

        Call it when the servers have ended: what a connection has counted is told when it closes.
        """
        after, whole = self.register.read()
        known, before = self.before
        used = {
            name: Usage(
                (read.descents - known[name].descents) / registrations,
                (read.pages - known[name].pages) / registrations,
                read.depth,
            )
            for name, read in after.items()
        }
        return {name: each for name, each in used.items() if each.descents}, whole - before


@contextmanager
def staged(databases: PostgresDatabases, cabinet: Cabinet, count: int, registrations: int) -> Iterator[Stage]:
    """A stage of its own database with `count` members; so many of them can register."""
    with databases.own() as own:
        register = Register(make_conninfo(databases._server_url, dbname=urlsplit(own.url).path[1:]))
        register.fill(cabinet, count)
        members = register.members(count, registrations + WALKED)
        statements = statements_of_registration(list(islice(members, WALKED)))
        # A connection that is closed tells what it has counted, a moment later.
        connections.close_all()
        time.sleep(_TOLD_SECONDS)
        variables = {"OPENLK_DATABASE_URL": own.url, "OPENLK_OWNER_DATABASE_URL": own.owner_url}
        yield Stage(count, variables, register, statements, members, register.read())


def _over_depth(few: Stage, many: Stage) -> int:
    """By how many pages, at its worst, a statement takes more than its deeper indexes account for."""
    depth_few, depth_many = few.before[0], many.before[0]
    return max(
        b.pages - a.pages - sum(depth_many[name].depth - depth_few[name].depth for name in b.indexes)
        for a, b in zip(few.statements.planned, many.statements.planned, strict=True)
    )


def _differing(few: Sequence[Planned], many: Sequence[Planned]) -> int:
    same = [(a.statement, a.nodes) == (b.statement, b.nodes) for a, b in zip(few, many, strict=False)]
    return same.count(False) + abs(len(few) - len(many))


def compared(few: Stage, many: Stage, registrations: int) -> tuple[list[Goal], list[Section]]:
    """The goals, and what they were taken from."""
    (used_few, whole_few), (used_many, whole_many) = few.usage(registrations), many.usage(registrations)
    goals = [
        Goal(
            "запросов с другим планом в большом реестре", _differing(few.statements.planned, many.statements.planned), 0
        ),
        Goal("лишних страниц на запрос в большом реестре", _over_depth(few, many), 0),
        Goal("чтений таблиц реестра целиком", whole_few + whole_many, 0),
    ]
    return goals, [_of_plans(few, many), _of_indexes(few, many, used_few, used_many), _of_statements(many)]


def _of_indexes(few: Stage, many: Stage, used_few: Mapping[str, Usage], used_many: Mapping[str, Usage]) -> Section:
    head = (
        "Индекс",
        "спусков",
        "глубина",
        "страниц на спуск",
        f"спусков при {many.count}",
        "глубина",
        "страниц на спуск",
    )
    rows = [
        (name, *chain.from_iterable(_cells(used.get(name, Usage(0, 0, 0))) for used in (used_few, used_many)))
        for name in sorted({*used_few, *used_many})
    ]
    about = (
        f"На одну регистрацию, в реестрах из {few.count} и {many.count} членов; сосчитал сам PostgreSQL "
        "(pg_stat_user_indexes, pg_statio_user_indexes) за все подходы, с проверками внешних ключей и с тем, "
        "что читает планировщик. "
        "Глубина — страницы от корня до строки, её называет первая страница индекса."
    )
    return Section("Индексы реестра", [about, "", *table(head, rows)])


def _cells(usage: Usage) -> tuple[str, str, str]:
    each = usage.pages / usage.descents if usage.descents else 0.0
    return number(round(usage.descents, 2)), str(usage.depth), number(round(each, 2))


def _of_plans(few: Stage, many: Stage) -> Section:
    about = (
        f"Страницы индексов и строк, взятые из памяти или с диска: EXPLAIN (ANALYZE, BUFFERS) запросов регистрации, "
        f"в которых назван реестр. Лишние — те, что не объясняет глубина индексов в реестре из {many.count} членов."
    )
    rows = [
        (f"{', '.join(b.nodes)}: `{b.statement[:60]}…`", str(a.pages), str(b.pages))
        for a, b in zip(few.statements.planned, many.statements.planned, strict=False)
    ]
    head = ("План и запрос", f"страниц при {few.count}", f"при {many.count}")
    return Section("Планы запросов к реестру", [about, "", *table(head, rows)])


def _of_statements(many: Stage) -> Section:
    lines = [f"{place}. `{statement[:160]}`" for place, statement in enumerate(many.statements.all, 1)]
    return Section(f"Запросы одной регистрации ({len(lines)})", lines)
