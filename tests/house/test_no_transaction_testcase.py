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


def flushes(module: ast.Module) -> list[int]:
    """The lines that ask for a database which is flushed afterwards."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node).rpartition(".")[2] in FORBIDDEN:
            found.append(node.lineno)
        elif isinstance(node, ast.arg) and node.arg in FORBIDDEN:
            found.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and FORBIDDEN & {each.name for each in node.names}:
            found.append(node.lineno)
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("django_db"):
            asked = {each.arg for each in node.keywords} & {"transaction", "reset_sequences", "serialized_rollback"}
            found += [node.lineno] if asked else []
    return found


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
