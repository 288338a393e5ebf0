"""Dropping a plug-in into a folder, as somebody who adds one does, but into a copy of the folder."""

import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest


def drop_in(package: str, name: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Copy the package's folder, put `<name>.py` into the copy; returns the copy's package name, importable."""
    original = Path(str(import_module(package).__file__)).parent
    copied = f"dropped_{package.replace('.', '_')}"
    folder = tmp_path / copied
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for loaded in [each for each in sys.modules if each.partition(".")[0] == copied]:
        monkeypatch.delitem(sys.modules, loaded)
    return copied
