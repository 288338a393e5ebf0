"""Cabinet folders that differ from a known one in a few words."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from openlk.cabinets.loading import DEFINITION_FILE, Cabinet, load


def changed_folder(source: Path, target: Path, changes: Mapping[str, str], file: str = DEFINITION_FILE) -> Path:
    """A copy of a cabinet's folder with words of one of its files replaced; each of them must stand there."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    text = (target / file).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{file} of {source.name} does not hold {old!r}"
        text = text.replace(old, new)
    (target / file).write_text(text, encoding="utf-8")
    return target


def changed(cabinet: Cabinet, folder: Path, changes: Mapping[str, str]) -> Cabinet:
    """A cabinet with the same slug and a changed definition; `registry.added(…)` puts it in the place of the other."""
    return load(changed_folder(cabinet.folder, folder / cabinet.slug, changes))
