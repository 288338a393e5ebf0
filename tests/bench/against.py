"""Registration against registers of two sizes: the same plans, and no more pages of an index than it is deep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

from django.db import connections
from psycopg.conninfo import make_conninfo

from openlk.cabinets.loading import Cabinet
from tests.bench.plans import Planned, Statements, statements_of_registration
from tests.bench.registering import Member
from tests.bench.registers import Read, Register
from tests.bench.report import Goal, Section, number, table
from tests.support.postgres import PostgresDatabases

# Pages beside the way down: a descriptor read anew by a new connection, two contacts on either side of an edge.
SPARE = 1.02


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
        members = register.members(count, registrations + 2)
        statements = statements_of_registration(next(members), next(members))
        # A connection that is closed has told what it counted.
        connections.close_all()
        variables = {"OPENLK_DATABASE_URL": own.url, "OPENLK_OWNER_DATABASE_URL": own.owner_url}
        yield Stage(count, variables, register, statements, members, register.read())


def _over_depth(usage: Mapping[str, Usage]) -> float:
    """How many times its depth was read of an index, at its worst."""
    return max(each.pages / (each.descents * each.depth) for each in usage.values())


def _differing(few: Sequence[Planned], many: Sequence[Planned]) -> int:
    same = [(a.statement, a.nodes) == (b.statement, b.nodes) for a, b in zip(few, many, strict=False)]
    return same.count(False) + abs(len(few) - len(many))


def compared(few: Stage, many: Stage, registrations: int) -> tuple[list[Goal], list[Section]]:
    """The goals, and what they were taken from."""
    (used_few, whole_few), (used_many, whole_many) = few.usage(registrations), many.usage(registrations)
    descents = [sum(each.descents for each in used.values()) for used in (used_few, used_many)]
    goals = [
        Goal(
            "запросов с другим планом в большом реестре", _differing(few.statements.planned, many.statements.planned), 0
        ),
        Goal("спусков по индексам в большом реестре / в малом", descents[1] / descents[0], SPARE),
        Goal("страниц индекса на спуск / его глубина, большой реестр", _over_depth(used_many), SPARE),
        Goal("чтений таблиц реестра целиком", whole_few + whole_many, 0),
    ]
    return goals, [_of_indexes(few, many, used_few, used_many), _of_plans(many), _of_statements(many)]


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
        "(pg_stat_user_indexes, pg_statio_user_indexes) за все подходы, с проверками внешних ключей. "
        "Глубина — страницы от корня до строки, её называет первая страница индекса."
    )
    return Section("Индексы реестра", [about, "", *table(head, rows)])


def _cells(usage: Usage) -> tuple[str, str, str]:
    each = usage.pages / usage.descents if usage.descents else 0.0
    return number(round(usage.descents, 2)), str(usage.depth), number(round(each, 2))


def _of_plans(many: Stage) -> Section:
    lines = [
        f"{place}. {', '.join(each.nodes)}: `{each.statement[:120]}…`"
        for place, each in enumerate(many.statements.planned, 1)
    ]
    return Section(f"Планы запросов к реестру из {many.count} членов", lines)


def _of_statements(many: Stage) -> Section:
    lines = [f"{place}. `{statement[:160]}`" for place, statement in enumerate(many.statements.all, 1)]
    return Section(f"Запросы одной регистрации ({len(lines)})", lines)
