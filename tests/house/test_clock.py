"""Time comes from openlk.kit.clock alone: a demo moves it, a test moves it, and SQL never asks for it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.source import PRODUCT, docstrings, dotted, product_python, shown, tree

CLOCK = PRODUCT / "kit" / "clock.py"
# How Python and Django tell the time; the ends of dotted names, so that `datetime.datetime.now` is one of them.
CALLS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "timezone.localtime",
    "timezone.localdate",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
    "time.localtime",
    "time.gmtime",
)
NAMES = frozenset({"auto_now", "auto_now_add"})
IMPORTED = {"django.db.models.functions": {"Now"}, "time": {"time", "monotonic", "perf_counter", "time_ns"}}
SQL = re.compile(
    r"current_(?:timestamp|date|time)\b|\b(?:clock|statement|transaction)_timestamp\s*\("
    r"|\b(?:datetime|date|julianday|strftime|unixepoch)\s*\([^)]*'now'|\blocaltimestamp\b",
    re.IGNORECASE,
)
# `now()` is also a word of prose, so it counts only in what is clearly a statement.
SQL_NOW = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|VALUES|WHERE|SET|DEFAULT)\b.*\bnow\s*\(\s*\)", re.DOTALL)


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def asked_times(module: ast.Module) -> Iterator[str]:
    """Every place that asks the time by itself: `line: what`."""
    prose = docstrings(module)
    for node in ast.walk(module):
        name, text = dotted(node), _text(node)
        if isinstance(node, ast.Attribute) and any(f".{name}".endswith(f".{call}") for call in CALLS):
            yield f"{node.lineno}: {name}"
        elif isinstance(node, ast.keyword) and node.arg in NAMES:
            yield f"{node.value.lineno}: {node.arg}"
        elif isinstance(node, ast.ImportFrom):
            wanted = IMPORTED.get(node.module or "", set())
            yield from (f"{node.lineno}: {each.name}" for each in node.names if each.name in wanted)
        elif text is not None and id(node) not in prose and (SQL.search(text) or SQL_NOW.search(text)):
            yield f"{node.lineno}: SQL asks the time"  # type: ignore[attr-defined]  # a constant has a line


def test_only_the_clock_knows_the_time() -> None:
    others = [file for file in product_python() if file != CLOCK]
    asked = {shown(file): found for file in others if (found := list(asked_times(tree(file))))}
    assert asked == {}


def test_the_clock_itself_would_be_caught() -> None:
    """A control on real code: the one file that is let off does ask the time."""
    assert list(asked_times(tree(CLOCK)))


@pytest.mark.parametrize(
    "source",
    [
        "created = datetime.now(UTC)",
        "created = datetime.datetime.utcnow()",
        "default = timezone.now",
        "today = date.today()",
        "started = time.time()",
        "from time import time",
        "from django.db.models.functions import Now",
        "seen = models.DateTimeField(auto_now=True)",
        'execute("UPDATE job SET seen = now()")',
        'execute(f"DELETE FROM {table} WHERE due < CURRENT_TIMESTAMP")',
        "execute(\"SELECT datetime('now')\")",
    ],
)
def test_asking_the_time_is_caught(source: str) -> None:
    assert list(asked_times(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "created = clock.now()",
        "day = clock.today(zone)",
        '"""The real time now() of the wall."""',
        'execute("UPDATE job SET seen = %s", [clock.wall()])',
        "from datetime import datetime",
    ],
)
def test_using_the_clock_is_right(source: str) -> None:
    assert not list(asked_times(ast.parse(source)))
