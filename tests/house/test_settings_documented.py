"""docs/settings.md describes every variable that the product and its tests read, and no other."""

import ast
import re
from collections.abc import Iterator

from tests.support.source import ROOT, all_python, dotted, product_python, tree

PAGE = ROOT / "docs" / "settings.md"
READERS = frozenset({"variable", "switch", "whole_number"})
OF_TESTS = re.compile(r"OPENLK_TEST_[A-Z_]*[A-Z]")
DESCRIBED = re.compile(r"^\|\s*`([A-Z_]+)`\s*\|", re.MULTILINE)


def read_variables(module: ast.Module) -> Iterator[str]:
    """The environment variables that a module reads, with their full names."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and node.args and isinstance(first := node.args[0], ast.Constant):
            called = dotted(node.func).rpartition(".")[2]
            if called in READERS and isinstance(first.value, str):
                yield f"OPENLK_{first.value}"
            elif dotted(node.func) in {"os.environ.get", "os.getenv"} and isinstance(first.value, str):
                yield first.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and dotted(node.value) == "os.environ":
            yield str(node.slice.value) if isinstance(node.slice, ast.Constant) else "a name computed at run time"


def of_the_project() -> set[str]:
    """The variables of the product, and those that change a test run."""
    product = {name for file in product_python() for name in read_variables(tree(file))}
    tests = {name for file in all_python() for name in OF_TESTS.findall(file.read_text())}
    return {name for name in product if name.startswith("OPENLK_") or name == "PORT"} | tests


def test_the_page_describes_every_variable_and_no_other() -> None:
    described = DESCRIBED.findall(PAGE.read_text())
    assert len(described) == len(set(described)), "a variable is described twice"
    assert set(described) == of_the_project()


def test_an_undescribed_variable_would_be_caught() -> None:
    source = 'x = variable("NEW_ONE")\ny = os.environ["OPENLK_OTHER"]\nz = os.environ.get("OPENLK_THIRD", "")'
    found = set(read_variables(ast.parse(source)))
    assert found == {"OPENLK_NEW_ONE", "OPENLK_OTHER", "OPENLK_THIRD"}
    assert not found & set(DESCRIBED.findall(PAGE.read_text()))
