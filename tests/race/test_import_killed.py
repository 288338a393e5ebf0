"""An import that is killed leaves whole batches, and the same file finishes the work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files import importing
from openlk.files.importing import run_import
from openlk.files.table import Row
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.models import Contact, Holder, Identifier
from tests.support.databases import OwnDatabase

# The product's batches are larger; where one ends is what matters here.
BATCH_ROWS = 100
ROWS = 3 * BATCH_ROWS + 1
# The child kills itself at a place that the parent names, as a power cut would: nothing is closed, nothing said.
CHILD = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from openlk.cabinets.loading import load
from openlk.files import importing
from openlk.files.importing import run_import
from openlk.register import imports
from openlk.register.definition import registers_of

importing.BATCH_ROWS = int(sys.argv[5])
folder, file, batch, place = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
calls = []
known = getattr(imports.RegisterImporter, place)

def dying(self, *arguments):
    calls.append(place)
    if len(calls) == batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return known(self, *arguments)

setattr(imports.RegisterImporter, place, dying)
cabinet = load(folder)
importer = imports.RegisterImporter(cabinet, "members", registers_of(cabinet)["members"])
for summary in run_import(importer, file):
    pass
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A register of three batches and one row."""
    lines = [f"Ли Ян;{number:08};+7912{number:07};m{number}@example.org" for number in range(ROWS)]
    made = tmp_path / "members.csv"
    made.write_text("\n".join(["ФИО;Номер профсоюзного билета;Телефон;email", *lines]) + "\n", encoding="utf-8")
    return made


def _counts(cabinet: Cabinet) -> tuple[int, int, int]:
    with scope(cabinet):
        return Holder.objects.count(), Identifier.objects.count(), Contact.objects.count()


def _killed(database: OwnDatabase, cabinet: Cabinet, file: Path, batch: int, place: str) -> int:
    environment = {**os.environ, "OPENLK_DATABASE_URL": database.url, "OPENLK_OWNER_DATABASE_URL": database.owner_url}
    command = [sys.executable, "-c", CHILD, str(cabinet.folder), str(file), str(batch), place, str(BATCH_ROWS)]
    return subprocess.run(command, env=environment, timeout=120, check=False).returncode


@pytest.mark.parametrize(
    ("batch", "place", "whole"),
    [(1, "_write_contacts", 0), (2, "_write_identifiers", 1), (3, "apply", 2)],
)
def test_a_killed_import_leaves_whole_batches(
    own_database: OwnDatabase, cabinet: Cabinet, file: Path, batch: int, place: str, whole: int
) -> None:
    connection.close()
    assert _killed(own_database, cabinet, file, batch, place) == -signal.SIGKILL
    rows = whole * BATCH_ROWS
    assert _counts(cabinet) == (rows, rows, 2 * rows)


def test_the_same_file_finishes_what_was_killed(
    own_database: OwnDatabase, cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", BATCH_ROWS)
    connection.close()
    assert _killed(own_database, cabinet, file, 2, "_write_contacts") == -signal.SIGKILL
    importer = RegisterImporter(cabinet, "members", registers_of(cabinet)["members"])
    *_, total = run_import(importer, file)
    assert (total.unchanged, total.new, total.changed, total.refused) == (BATCH_ROWS, ROWS - BATCH_ROWS, 0, 0)
    assert _counts(cabinet) == (ROWS, ROWS, 2 * ROWS)


def test_without_the_transaction_half_a_batch_would_stay(
    own_database: OwnDatabase, cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: holders are written first; what dies after them leaves them alone, unless they are undone."""

    class Killed(BaseException):
        pass

    def dying(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(RegisterImporter, "_write_identifiers", dying)
    importer = RegisterImporter(cabinet, "members", registers_of(cabinet)["members"])
    with pytest.raises(Killed):
        list(run_import(importer, file))
    assert _counts(cabinet) == (0, 0, 0)
    importer.prepare(["ФИО", "union_card"])
    entries = [entry for entry, _ in (importer._check(row) for row in _rows()) if entry is not None]
    with scope(cabinet):
        importer._write_holders(entries)
    assert _counts(cabinet)[:2] == (2, 0)


def _rows() -> list[Row]:
    return [Row(2, ("Ли Ян", "900000001")), Row(3, ("Ким Юн", "900000002"))]
