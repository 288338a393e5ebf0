"""Its flush is refused by the append-only walls; a test that needs commits asks for `own_database`."""

import ast

import pytest

from tests.support.source import all_python, dotted, shown, tree

FORBIDDEN = frozenset(
    {
        "TransactionTestCase",
        "LiveServerTestCase",
        "StaticLiveServerTestCase",
        "transactional_db",
        "live_server",
        "django_db_reset_sequences",
        "django_db_serialized_rollback",
    }
)

# Of @pytest.mark.django_db.
OPTIONS = frozenset({"transaction", "reset_sequences", "serialized_rollback"})


def _flushes(node: ast.AST) -> bool:
    match node:
        case ast.Name() | ast.Attribute():
            return dotted(node).rpartition(".")[2] in FORBIDDEN
        case ast.arg(arg=name):
            return name in FORBIDDEN
        case ast.ImportFrom(names=names):
            return any(each.name in FORBIDDEN for each in names)
        case ast.Call(func=func, keywords=keywords) if dotted(func).endswith("django_db"):
            return any(each.arg in OPTIONS for each in keywords)
        case _:
            return False


def flushes(module: ast.Module) -> list[int]:
    """The lines that ask for a database which is flushed afterwards."""
    return [getattr(node, "lineno", 0) for node in ast.walk(module) if _flushes(node)]


def test_no_test_flushes_the_database() -> None:
    assert {shown(file): lines for file in all_python() if (lines := flushes(tree(file)))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from django.test import TransactionTestCase",
        "class TestIt(test.TransactionTestCase): pass",
        "def test_it(transactional_db): pass",
        "def test_it(live_server): pass",
        "@pytest.mark.django_db(transaction=True)\ndef test_it(): pass",
    ],
)
def test_a_flush_is_caught(source: str) -> None:
    assert flushes(ast.parse(source))


def test_the_usual_fixture_is_right() -> None:
    assert not flushes(ast.parse("@pytest.mark.django_db\ndef test_it(db, own_database): pass"))
