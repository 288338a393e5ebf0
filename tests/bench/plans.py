"""The statements of one registration, and how PostgreSQL carries out those that name the register."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from tests.bench.registering import Member
from tests.bench.world_folder import SLUG
from tests.support.people import PASSWORD
from tests.support.plain_browser import Browser
from tests.support.registering import CONSENTS

_REGISTER = re.compile(r"\bregister_(holder|identifier|contact)\b")
_SAVEPOINT = re.compile(r"(SAVEPOINT) .*")


@dataclass(frozen=True)
class Planned:
    """A statement and the nodes of its plan, e.g. «Index Scan register_identifier_value»."""

    statement: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Statements:
    """Everything that one registration asks of the database, in its order; the scope's own statement is counted too."""

    all: tuple[str, ...]
    planned: tuple[Planned, ...]

    @property
    def plans(self) -> tuple[tuple[str, ...], ...]:
        return tuple(each.nodes for each in self.planned)


def _nodes(plan: Mapping[str, Any]) -> Iterator[str]:
    index = plan.get("Index Name")
    yield f"{plan['Node Type']} {index}" if index else str(plan["Node Type"])
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _plan(statement: str, values: Any) -> Planned:
    # The values stand in the text: EXPLAIN takes no parameters apart.
    with psycopg.ClientCursor(connection.connection) as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
        row = cursor.fetchone()
    assert row is not None
    return Planned(_short(statement), tuple(_nodes(row[0][0]["Plan"])))


def _short(statement: str) -> str:
    return _SAVEPOINT.sub(r"\1", " ".join(str(statement).split()))


def registered(member: Member) -> None:
    """Walk the registration in this process."""
    browser = Browser(remote="198.51.100.1")
    form = browser.get(f"/{SLUG}/register")
    screen = browser.follow(
        browser.submit(form, {"full_name": member.full_name, "union_card": member.card, **CONSENTS})
    )
    end = browser.follow(browser.submit(screen, {"password": PASSWORD, "password_again": PASSWORD}))
    assert "Личный кабинет создан" in end.text, end.text


def statements_of_registration(warming: Member, member: Member) -> Statements:
    """What is asked for `member` once the memories are warm; one other is registered before."""
    registered(warming)
    seen: list[str] = []
    planned: list[Planned] = []

    def note(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
        seen.append(_short(statement))
        if _REGISTER.search(str(statement)):
            planned.append(_plan(str(statement), values))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(note):
        registered(member)
    return Statements(tuple(seen), tuple(planned))
