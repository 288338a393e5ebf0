"""The structures that flows had in each release: `tests/releases/<release>/<cabinet>/<flow>.json`."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RELEASES = Path(__file__).parents[1] / "releases"
NEXT = "next"


@dataclass(frozen=True)
class Fixture:
    """A flow of a cabinet as one release has frozen it."""

    release: str
    cabinet: str
    flow: str

    @property
    def structure(self) -> Any:
        file = RELEASES / self.release / self.cabinet / f"{self.flow}.json"
        return json.loads(file.read_text(encoding="utf-8"))


def fixtures() -> list[Fixture]:
    """Every structure that is kept, of every release and of the one to come."""
    return [Fixture(file.parts[-3], file.parts[-2], file.stem) for file in sorted(RELEASES.glob("*/*/*.json"))]


def newest_release() -> str:
    """The last one, by its number."""
    released = [folder.name for folder in RELEASES.iterdir() if folder.name != NEXT and folder.is_dir()]
    return max(released, key=lambda name: [int(number) for number in name.split(".")])


def kept(cabinet: str, flow: str) -> Any:
    """The structure that is kept for a flow: what is noted for the next release, else that of the newest one."""
    for release in (NEXT, newest_release()):
        if (RELEASES / release / cabinet / f"{flow}.json").exists():
            return Fixture(release, cabinet, flow).structure
    return None


def write_next(todays: Iterable[tuple[str, str, Any]]) -> list[Path]:
    """Note what has changed since the newest release; `todays`: (cabinet, flow, structure). Returns the files."""
    shutil.rmtree(RELEASES / NEXT, ignore_errors=True)
    written = []
    for slug, name, today in todays:
        if kept(slug, name) == today:
            continue
        file = RELEASES / NEXT / slug / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(today, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(file)
    return written
