"""An import that is killed at any point: the same command finishes it, and nothing tells it from one left in peace."""

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.importing import Options, run_import
from openlk.files.models import Import
from openlk.files.undoing import roll_back
from tests.support.databases import OwnDatabase
from tests.support.registers import dump, members, numbers, row, said, written

ROWS = 240
SCALE = int(os.environ.get("OPENLK_TEST_SCALE") or "1")
SEED = 20_261_121
COUNTS = ("rows", "new", "changed", "returned", "ended", "refused", "planned", "cursor")
# The child dies of itself at the step that the parent names, as in a power cut: nothing is closed, nothing said.
# A step is any write, of the product's database, of the scratch file or of a folder.
CHILD = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from openlk.cabinets.loading import load
from openlk.files import importing, leases, pace, scratch, undoing
from openlk.register import bulk
from openlk.register.imports import importer

folder, file, deadly, what, broken = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
steps = 0

def step():
    global steps
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

def stepping(owner, name):
    known = getattr(owner, name)
    def patched(*arguments, **more):
        step()
        done = known(*arguments, **more)
        step()
        return done
    setattr(owner, name, patched)

for owner, names in {
    bulk.SqliteBulk: ("insert",), bulk.PostgresBulk: ("insert",), bulk.Bulk: ("update",), leases.Lease: ("note",),
    scratch.Scratch: ("insert", "finish"), importing: ("_write_range", "stage", "clear"), undoing: ("clear",),
}.items():
    for name in names:
        stepping(owner, name)

class Slow(pace.Pace):
    def __init__(self):
        super().__init__()
        self.rows = 50
    def note(self, seconds):
        pass

importing.Pace = undoing.Pace = Slow
if broken == "broken":
    # The control: the cursor is saved behind the range instead of with it.
    note, written = importing._note, importing._write_range
    later = []
    importing._note = lambda *known: later.append(known)
    def behind(importer, lease, *more):
        done = written(importer, lease, *more)
        if deadly < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        with importing.scope(lease.cabinet):
            note(*later.pop())
        return done
    importing._write_range = behind
cabinet = load(folder)
found = importer(cabinet, "members")
if what == "import":
    importing.run_import(found, file, importing.Options(replace=True, force=True))
else:
    undoing.roll_back(found, int(what), lambda *_: None)
print(steps)
"""


@dataclass
class Stage:
    """A register with a first import behind it, and the file that is loaded next."""

    database: OwnDatabase
    cabinet: Cabinet
    file: Path
    data: Path

    def run(self, deadly: int = 0, what: str = "import", *, broken: bool = False) -> "subprocess.CompletedProcess[str]":
        """The command in a process of its own, which dies at a step if one is named."""
        environment = {
            **os.environ,
            "OPENLK_DATABASE_URL": self.database.url,
            "OPENLK_OWNER_DATABASE_URL": self.database.owner_url,
            "OPENLK_DATA": str(self.data),
        }
        known = [str(self.cabinet.folder), str(self.file), str(deadly), what, "broken" if broken else ""]
        command = [sys.executable, "-c", CHILD, *known]
        return subprocess.run(command, env=environment, timeout=120, check=False, capture_output=True, encoding="utf-8")

    def killed(self, deadly: int, what: str = "import", *, broken: bool = False) -> None:
        """The command, killed at this step."""
        ended = self.run(deadly, what, broken=broken)
        assert ended.returncode == -signal.SIGKILL, ended.stderr

    def in_peace(self) -> None:
        """The command, in our own process."""
        run_import(members(self.cabinet), self.file, Options(replace=True, force=True))

    def roll_back(self) -> None:
        """The newest import is rolled back, in our own process."""
        roll_back(members(self.cabinet), self.newest().pk, lambda *_: None)

    def newest(self) -> Import:
        """The newest import."""
        with scope(self.cabinet):
            found: Import = Import.objects.latest("pk")
        return found

    def counted(self) -> dict[str, Any]:
        """What the newest import says that it did."""
        found = self.newest()
        assert found.state == "done", found.state
        return {name: getattr(found, name) for name in COUNTS}


@pytest.fixture
def stage(own_database: OwnDatabase, cabinet: Cabinet, tmp_path: Path, settings: Settings) -> Stage:
    """Members are there; the next file has new ones, changed ones, unchanged ones, bad rows, and lacks some."""
    settings.DATA = tmp_path / "data"
    made = Stage(own_database, cabinet, written(tmp_path / "first.csv", numbers(0, ROWS)), tmp_path / "data")
    made.in_peace()
    changed = [row(number, phone=f"+7999{number:07}") for number in range(20, 120)]
    bad = [f"Ли;{number:08};;;" for number in range(120, 130)]
    lines = [*changed, *bad, *numbers(130, ROWS), row(131)]
    made.file = written(tmp_path / "second.csv", lines)
    return made


def test_a_killed_import_ends_as_one_left_in_peace(stage: Stage) -> None:
    """One import in peace says what is right; then each point of death starts from the same first import."""
    before = dump(stage.cabinet)
    ended = stage.run()
    assert ended.returncode == 0, ended.stderr
    steps = int(ended.stdout)
    wanted, counts = said(stage.cabinet), stage.counted()
    stage.roll_back()
    assert dump(stage.cabinet) == before, "rolled back"
    chosen = random.Random(SEED)  # noqa: S311 -- the same points in every run
    for _ in range(4 * SCALE):
        deadly = chosen.randint(1, steps - 1)
        stage.killed(deadly)
        if stage.newest().state != "done":
            stage.in_peace()
        assert (said(stage.cabinet), stage.counted()) == (wanted, counts), f"killed at step {deadly}"
        stage.roll_back()
        assert dump(stage.cabinet) == before, f"killed at step {deadly}, then rolled back"


def test_a_killed_roll_back_goes_on(stage: Stage) -> None:
    before = dump(stage.cabinet)
    stage.in_peace()
    chosen = random.Random(SEED)  # noqa: S311 -- the same points in every run
    for _ in range(SCALE):
        stage.killed(chosen.randint(4, 12), str(stage.newest().pk))
        assert stage.newest().state == "rolling_back"
    stage.roll_back()
    assert dump(stage.cabinet) == before


def test_an_import_killed_in_the_middle_can_be_rolled_back(stage: Stage) -> None:
    before = dump(stage.cabinet)
    steps = int(stage.run().stdout)
    stage.roll_back()
    stage.killed(steps * 3 // 4)
    assert stage.newest().state == "applying"
    assert dump(stage.cabinet) != before
    stage.roll_back()
    assert dump(stage.cabinet) == before


def test_with_the_cursor_behind_the_range_a_kill_is_seen(stage: Stage) -> None:
    """A control: rows that are written and not counted are written again, and the counts are wrong or it fails."""
    stage.in_peace()
    counts = stage.counted()
    stage.roll_back()
    stage.killed(-1, broken=True)
    assert stage.newest().cursor == 0
    try:
        stage.in_peace()
    except DatabaseError:
        return
    assert stage.counted() != counts
