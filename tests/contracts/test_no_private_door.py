"""The shipped plug-ins are found like anybody else's: no code outside of their folder names one of them."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.source import PRODUCT, product_python, shown, tree

FOLDERS = ("openlk.flows.steps", "openlk.messages.channels", "openlk.files.formats")


def named_plugins(module: ast.Module) -> Iterator[str]:
    """The plug-ins that a module imports by name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        yield from (name for name in names if any(name.startswith(f"{folder}.") for folder in FOLDERS))


def test_plugins_are_found_never_imported_by_name() -> None:
    folders = [PRODUCT.joinpath(*folder.split(".")[1:]) for folder in FOLDERS]
    outside = [file for file in product_python() if file.parent not in folders]
    assert {shown(file): found for file in outside if (found := list(named_plugins(tree(file))))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import openlk.flows.steps.ask",
        "from openlk.flows.steps import ask",
        "from openlk.messages.channels.email import EmailChannel",
    ],
)
def test_a_plugin_named_elsewhere_is_caught(source: str) -> None:
    assert list(named_plugins(ast.parse(source)))


def test_naming_the_folder_is_how_they_are_found() -> None:
    assert not list(named_plugins(ast.parse("from openlk.flows import steps\nimport openlk.flows.steps")))
