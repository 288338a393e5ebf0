"""Small enough to read whole: a function fits a screen, a file stays under 500 lines (STYLE of the house)."""

import ast
from pathlib import Path

import pytest

from tests.support.source import PRODUCT, ROOT, all_python, files, functions, shown, tree

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 499


def long_functions(module: ast.Module) -> list[tuple[str, int]]:
    """(name, lines) of the functions that do not fit a screen; decorators do not count."""
    measured = [(each.name, (each.end_lineno or each.lineno) - each.lineno + 1) for each in functions(module)]
    return [(name, lines) for name, lines in measured if lines > MAX_FUNCTION_LINES]


def is_long(file: Path) -> bool:
    """Whether a file has more lines than one reads in one sitting."""
    return len(file.read_text(encoding="utf-8").splitlines()) > MAX_FILE_LINES


def test_every_function_fits_a_screen() -> None:
    long = {shown(file): found for file in all_python() if (found := long_functions(tree(file)))}
    assert long == {}


def test_every_file_is_read_in_one_sitting() -> None:
    front = files([PRODUCT, ROOT / "cabinets"], ".css", ".js", ".html")
    assert [shown(file) for file in [*all_python(), *front] if is_long(file)] == []


@pytest.mark.parametrize(("lines", "caught"), [(70, False), (71, True)])
def test_a_long_function_is_caught(lines: int, caught: bool) -> None:
    source = "class Room:\n    def work(self):\n" + "        pass\n" * (lines - 1)
    assert bool(long_functions(ast.parse(source))) is caught


@pytest.mark.parametrize(("lines", "caught"), [(499, False), (500, True)])
def test_a_long_file_is_caught(tmp_path: Path, lines: int, caught: bool) -> None:
    file = tmp_path / "long.css"
    file.write_text("p{}\n" * lines)
    assert is_long(file) is caught
