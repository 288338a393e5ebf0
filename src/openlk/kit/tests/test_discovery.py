"""Plug-ins are found by their file, and a file that is not one plug-in is named."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest

from openlk.kit import discovery, money

PACKAGE = "plugins_of_this_test"


class Greeter(ABC):
    """What the plug-ins below are."""

    @abstractmethod
    def greet(self) -> str:
        """A word."""


HEAD = f"from {__name__} import Greeter\n"
WHOLE = HEAD + "class One(Greeter):\n    def greet(self): return 'one'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package that holds no plug-in yet."""
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def found() -> dict[str, type[Greeter]]:
    """Every plug-in of the package."""
    return discovery.plugins(PACKAGE, Greeter)  # type: ignore[type-abstract]  # the base of plug-ins is abstract


def test_the_file_name_is_the_key_and_folders_are_left_alone(folder: Path) -> None:
    (folder / "second.py").write_text(WHOLE)
    (folder / "first.py").write_text(WHOLE.replace("One", "Other"))
    (folder / "tests").mkdir()
    (folder / "tests" / "__init__.py").write_text("")
    assert [(key, value.__name__) for key, value in found().items()] == [("first", "Other"), ("second", "One")]


def test_an_imported_or_abstract_class_does_not_count(folder: Path) -> None:
    (folder / "lone.py").write_text(WHOLE)
    half = f"from {PACKAGE}.lone import One\nclass Half(One):\n    def greet(self): return 'half'\n"
    (folder / "more.py").write_text(HEAD + "class Base(Greeter): pass\n" + half)
    assert found()["more"].__name__ == "Half"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (WHOLE + WHOLE.replace("One", "Two"), "defines 2 plug-ins (One, Two)"),
        (HEAD + "class One(Greeter): pass\n", "defines One, which is not concrete; it still lacks: greet"),
        (HEAD, "defines no subclass of"),
    ],
)
def test_an_engineer_sees_which_file_is_wrong_and_why(folder: Path, source: str, problem: str) -> None:
    (folder / "wrong.py").write_text(source)
    with pytest.raises(discovery.BadPluginError) as raised:
        found()
    assert str(folder / "wrong.py") in str(raised.value)
    assert problem in str(raised.value)


def test_offered_gives_the_rooms_that_have_the_module_in_order() -> None:
    assert discovery.offered(["kit", "sandbox"], "money") == {"kit": money}


def test_offered_refuses_a_room_that_does_not_exist() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"openlk\.nowhere"):
        discovery.offered(["kit", "nowhere"], "money")
