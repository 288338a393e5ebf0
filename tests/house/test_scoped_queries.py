"""Rows of a cabinet are reached through its scope only; raw SQL stands in few, known files."""

import ast

import pytest

from tests.support.source import PRODUCT, dotted, product_python, tree

BYPASSES = frozenset({"_base_manager", "_default_manager", "unscoped"})
RAW = frozenset({"cursor", "raw", "RawSQL", "extra", "execute", "executemany"})
# Files that speak SQL, each with its reason. The sandbox keeps a database of its own and is not looked at.
SPEAKS_SQL = {
    "cabinets/models.py": "writes the rows of a registration in statements that are composed once",
    "cabinets/scoping.py": "tells the database which cabinet is in scope",
    "cabinets/walls.py": "makes the policies and checks them",
    "files/scratch.py": "a file of its own beside an import, which is no table of the product",
    "flows/queries.py": "the run behind every page of a flow",
    "guard/actions.py": "spends an attempt and reads the budget in one statement",
    "guard/challenges.py": "takes an attempt and reads what may be compared in one statement",
    "guard/devices.py": "knows a browser again at every login",
    "guard/tallies.py": "counts the misses of a cabinet and of the whole installation",
    "identity/queries.py": "the session joined with its login, read on every request",
    "identity/people.py": "the person behind it, read on nearly every request",
    "register/bulk.py": "many rows at once, in the way that each database takes them fastest",
    "register/queries.py": "contacts, asked at nearly every step of a registration",
    "register/planning.py": "streams a whole register past the file that is imported",
    "register/stored.py": "holders of a range by their keys, as one array",
    "register/undoing.py": "rows that an import made, along their ids",
    "portal/queries.py": "the hot read of the home page",
}


def bypasses(module: ast.Module) -> list[int]:
    """The lines that step around the scoped manager."""
    return [node.lineno for node in ast.walk(module) if isinstance(node, ast.Attribute) and node.attr in BYPASSES]


def raw_sql(module: ast.Module) -> list[int]:
    """The lines that speak SQL."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in RAW
    ]


def test_nobody_steps_around_the_scope() -> None:
    found = {str(file.relative_to(PRODUCT)): lines for file in product_python() if (lines := bypasses(tree(file)))}
    assert found == {}


def test_raw_sql_stands_where_it_is_known() -> None:
    files = {str(file.relative_to(PRODUCT)) for file in product_python() if raw_sql(tree(file))}
    assert {file for file in files if not file.startswith("sandbox/")} == set(SPEAKS_SQL)


@pytest.mark.parametrize(
    "source", ["Login._base_manager.all()", "Login._default_manager.get(pk=1)", "Login.objects.unscoped()"]
)
def test_a_step_around_the_scope_is_caught(source: str) -> None:
    assert bypasses(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "with connection.cursor() as cursor: pass",
        "connections['default'].cursor()",
        "Login.objects.raw('SELECT 1')",
        "Login.objects.extra(where=['1'])",
        "Login.objects.annotate(a=RawSQL('1', []))",
    ],
)
def test_raw_sql_is_caught(source: str) -> None:
    assert raw_sql(ast.parse(source))
