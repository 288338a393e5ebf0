"""Needing an import inside a function means that the code sits in the wrong room."""

import ast
from pathlib import Path

import pytest

from tests.support.source import PRODUCT, all_python, functions, shown, tree

# Where modules may be loaded only when Django is ready: a room's registration, and the command line,
# which must parse its arguments and answer --help without settings. Each such import still gives its reason.
BEFORE_DJANGO = frozenset({"apps.py", "config/cli.py"})


def local_imports(module: ast.Module) -> list[int]:
    """The lines of imports inside functions."""
    return sorted(
        {
            node.lineno
            for function in functions(module)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
    )


def let_off(file: Path) -> bool:
    """Whether this file runs before Django is ready."""
    return file.is_relative_to(PRODUCT) and (
        file.name in BEFORE_DJANGO or str(file.relative_to(PRODUCT)) in BEFORE_DJANGO
    )


def test_imports_stand_at_the_top() -> None:
    found = {shown(file): lines for file in all_python() if not let_off(file) and (lines := local_imports(tree(file)))}
    assert found == {}


def test_an_import_before_django_gives_its_reason() -> None:
    silent = [
        f"{shown(file)}:{line}"
        for file in all_python()
        if let_off(file)
        for line in local_imports(tree(file))
        if "noqa: PLC0415 -- " not in file.read_text().splitlines()[line - 1]
    ]
    assert silent == []


@pytest.mark.parametrize(
    "source",
    [
        "def late():\n    import json\n",
        "class A:\n    async def late(self):\n        if True:\n            from json import loads\n",
    ],
)
def test_a_local_import_is_caught(source: str) -> None:
    assert local_imports(ast.parse(source))
