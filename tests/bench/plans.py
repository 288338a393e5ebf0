"""The statements of one registration, and how PostgreSQL carries out those that name the register."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """A statement, the nodes of its plan, e.g. «Index Scan register_identifier_value», and the pages it took.

    `pages`: of indexes and rows, from memory or disk; EXPLAIN (ANALYZE, BUFFERS) counts shared hit and read.
    """

    statement: str
    nodes: tuple[str, ...]
    pages: int

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes it goes down, each as often as the plan names it."""
        return tuple(node.rpartition(" ")[2] for node in self.nodes if node.startswith("Index"))


@dataclass(frozen=True)
class Statements:
    """What one registration asks of the database, in its order, and the plans of what names the register."""

    all: tuple[str, ...]
    planned: tuple[Planned, ...]


def _nodes(plan: Mapping[str, Any]) -> Iterator[str]:
    index = plan.get("Index Name")
    yield f"{plan['Node Type']} {index}" if index else str(plan["Node Type"])
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _plan(statement: str, values: Any) -> Planned:
    # The values stand in the text: EXPLAIN takes no parameters apart.
    with psycopg.ClientCursor(connection.connection) as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        row = cursor.fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    return Planned(_short(statement), tuple(_nodes(plan)), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


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


def statements_of_registration(members: Sequence[Member]) -> Statements:
    """What is asked once the memories are warm, for which the first member is registered.

    The pages are the fewest among the others: two contacts of a person may lie on either side of a page's edge.
    """
    registered(members[0])
    walks = [_walked(member) for member in members[1:]]
    pages = [min(each.pages for each in same) for same in zip(*(walk.planned for walk in walks), strict=True)]
    planned = tuple(replace(each, pages=fewest) for each, fewest in zip(walks[0].planned, pages, strict=True))
    return Statements(walks[0].all, planned)


def _walked(member: Member) -> Statements:
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
