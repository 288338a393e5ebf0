"""The project's own files, and the line of rooms, for the tests of tests/house."""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "openlk"
# Where nothing of ours lies.
_FOREIGN = frozenset({"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", "node_modules"})


def files(folders: Iterable[Path], *suffixes: str) -> list[Path]:
    """The files below the folders with one of the suffixes (".py"), sorted, without caches."""
    found = (file for folder in folders for file in folder.rglob("*") if file.suffix in suffixes and file.is_file())
    return sorted(file for file in found if not _FOREIGN & set(file.parts))


def product_python(*, with_tests: bool = False) -> list[Path]:
    """The product's Python files; its unit tests and generated migrations only if asked for."""
    found = files([PRODUCT], ".py")
    return [file for file in found if with_tests or not {"tests", "migrations"} & set(file.relative_to(PRODUCT).parts)]


def all_python() -> list[Path]:
    """Every Python file of the project but generated migrations."""
    found = [*files([PRODUCT, ROOT / "tests"], ".py"), ROOT / "conftest.py"]
    return [file for file in found if "migrations" not in file.parts]


def shown(file: Path) -> str:
    """A file's path for people: from the root of the repository if it lies there."""
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else file.name


@cache
def _parsed(file: Path, changed: int) -> ast.Module:
    del changed  # only a part of the key
    return ast.parse(file.read_text(encoding="utf-8"))


def tree(file: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return _parsed(file, file.stat().st_mtime_ns)


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, at any depth."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute of a name; the last attribute alone for anything deeper."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def docstrings(module: ast.AST) -> set[int]:
    """The ids of the constants that are docstrings."""
    found = set()
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            found.add(id(first.value))
    return found


@cache
def line_of_rooms() -> tuple[frozenset[str], ...]:
    """The rooms from the highest to the lowest, as import-linter holds them; neighbours of one level together."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "rooms")
    return tuple(frozenset(room.strip() for room in layer.split("|")) for layer in layers)


def may_see(room: str, other: str) -> bool:
    """Whether `room` may use what `other` has: itself and every room below it."""
    levels = {name: level for level, names in enumerate(line_of_rooms()) for name in names}
    return room == other or levels[room] < levels[other]
