"""docs/requirements.md holds every row of the manuals; the list of rows that no journey walks may only shrink."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.source import ROOT, dotted, files, tree
from tests.support.walks import FIRST_ROW, LAST_ROW, walks

REQUIREMENTS = ROOT / "docs" / "requirements.md"
NOT_WALKED = ROOT / "tests" / "house" / "rows_not_walked.txt"
JOURNEYS = ROOT / "tests" / "journeys"
ROW = re.compile(r"^\| (\d+) \| (?:\d{3}|all)", re.MULTILINE)
ALL_ROWS = set(range(FIRST_ROW, LAST_ROW + 1))


def rows_of(text: str) -> list[int]:
    """The numbers of the requirements' table."""
    return [int(number) for number in ROW.findall(text) if not number.startswith("0")]


def listed(text: str) -> set[int]:
    """The rows of rows_not_walked.txt: numbers and ranges (`12`, `30-34`), a line each; `#` begins a comment."""
    rows: set[int] = set()
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        if words:
            first, _, last = words.partition("-")
            rows |= set(range(int(first), int(last or first) + 1))
    return rows


def walked(modules: Iterable[ast.Module]) -> set[int]:
    """The rows that `@walks(…)` names above functions."""
    return {
        argument.value
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and dotted(decorator.func).rpartition(".")[2] == "walks"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    }


def committed_lists(file: Path, root: Path) -> list[set[int]]:
    """What the list held in each commit that touched it, the oldest first; nothing outside of a git clone."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return []
    name = str(file.relative_to(root))

    def asked(*words: str) -> str:
        return subprocess.run([git, "-C", root, *words], capture_output=True, text=True, check=False).stdout

    commits = asked("log", "--reverse", "--format=%H", "--", name).split()
    return [listed(asked("show", f"{commit}:{name}")) for commit in commits]


def growths(lists: Sequence[set[int]]) -> list[set[int]]:
    """The rows that came back to the list, by step."""
    return [later - earlier for earlier, later in pairwise(lists) if later - earlier]


def test_the_table_has_every_row_once_and_in_order() -> None:
    assert rows_of(REQUIREMENTS.read_text()) == sorted(ALL_ROWS)


def test_every_row_is_walked_or_listed() -> None:
    """A journey that walks a row takes it off the list; nothing else does."""
    left = ALL_ROWS - walked(tree(file) for file in files([JOURNEYS], ".py"))
    kept = listed(NOT_WALKED.read_text())
    assert sorted(left - kept) == [], "no journey walks these rows any more"
    assert sorted(kept - left) == [], "journeys walk these rows now: take them off tests/house/rows_not_walked.txt"


def test_the_list_only_shrinks() -> None:
    lists = [*committed_lists(NOT_WALKED, ROOT), listed(NOT_WALKED.read_text())]
    assert growths(lists) == []


def test_a_row_that_comes_back_is_caught() -> None:
    assert growths([{1, 2, 3}, {1, 2}, {1, 3}]) == [{3}]
    assert growths([{1, 2, 3}, {1, 2}, {2}, set()]) == []


def test_the_history_of_the_list_is_read_from_git(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"

    def git(*words: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", "-C", tmp_path, *identity, *words], check=True, capture_output=True)

    git("init")
    for text in ("1-3\n", "1\n2 # soon\n"):
        file.write_text(text)
        git("add", "list.txt")
        git("commit", "-m", "list")
    assert committed_lists(file, tmp_path) == [{1, 2, 3}, {1, 2}]


def test_marks_are_read_from_the_source() -> None:
    source = "@walks(17, 18)\n@marks.walks(21)\ndef test_a(): pass\nclass B:\n    @walks(3)\n    def b(self): pass\n"
    assert walked([ast.parse(source)]) == {3, 17, 18, 21}


@pytest.mark.parametrize("rows", [(), (0,), (184,), (1, 999)])
def test_a_mark_without_a_row_of_the_table_is_refused(rows: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"requirements\.md"):
        walks(*rows)


def test_a_missing_and_a_doubled_row_are_seen() -> None:
    assert rows_of("| 1 | 001 | a |\n| 3 | all | b |\n| 3 | 002 | b |\n| 000 | a manual |") == [1, 3, 3]
