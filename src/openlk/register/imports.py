"""Importing a register: rows are matched by their key column, people by their holder column."""

from collections.abc import Sequence
from typing import ClassVar, cast

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.importer import Counts, Importer, Planned, Tick, Undone
from openlk.files.scratch import Scratch
from openlk.files.staging import StagedFile
from openlk.files.summary import Summary
from openlk.files.table import Row
from openlk.kit import clock
from openlk.register.definition import RegisterDefinition, registers_of
from openlk.register.models import Identifier
from openlk.register.planning import CHANGED, NEW, RETURNED, SAME, TABLES, Planning, is_bare, plan_of, planned_rows
from openlk.register.rows import SEPARATOR, Entry, RowReader
from openlk.register.stored import Stored, stored
from openlk.register.undoing import undo
from openlk.register.writing import Range, loaded, write


class RegisterImporter(Importer):
    """Imports one register of one cabinet."""

    room: ClassVar[str] = "register"
    tables: ClassVar[str] = TABLES

    def __init__(self, cabinet: Cabinet, name: str, register: RegisterDefinition) -> None:
        super().__init__(cabinet, name)
        self.register = register
        self.stop_share_percent = register.stop_share_percent
        self._reader: RowReader | None = None

    @property
    def reader(self) -> RowReader:
        """What `prepare` understood of the header."""
        if self._reader is None:
            raise RuntimeError("prepare() comes first")
        return self._reader

    def prepare(self, header: Sequence[str]) -> None:
        """See RowReader."""
        self._reader = RowReader(self.register, header)

    def plan(self, staged: StagedFile, scratch: Scratch, *, replace: bool, tick: Tick) -> Planned:
        """See Planning."""
        return Planning(self.cabinet, self.name, self.reader, scratch).make(staged, replace=replace, tick=tick)

    def load(self, scratch: Scratch, after: int, limit: int) -> Range:
        """See Range."""
        return loaded(self.name, planned_rows(scratch, after, limit), bare=is_bare(scratch))

    def write(self, loaded: object, import_id: int) -> tuple[int, Counts]:
        """The range that `load` gave."""
        range_ = cast(Range, loaded)
        return range_.rows[-1].seq, write(self.name, range_, import_id, clock.now())

    def undo(self, import_id: int, cursor: int, limit: int) -> Undone:
        """See undoing."""
        return undo(import_id, cursor, limit)

    def apply(self, rows: Sequence[Row]) -> Summary:
        """Check a few rows and write the good ones in one transaction, without an import that could be rolled back."""
        summary = Summary()
        good: dict[str, tuple[int, Entry]] = {}
        for row in rows:
            cells = self.reader.cells(row.cells)
            digest = self.reader.digest(SEPARATOR.join(cells))
            entry, problems = self.reader.check(row.number, cells, digest, self.reader.faults(row))
            if entry is not None and entry.key not in good:
                good[entry.key] = row.number, entry
                continue
            summary.refused += 1
            summary.problems += problems or [self.reader.repeated(row.number, cells, _first(good, entry))]
        summary.problem_count = len(summary.problems)
        with scope(self.cabinet), transaction.atomic():
            self._write([entry for _, entry in good.values()], summary)
        return summary

    def _write(self, entries: Sequence[Entry], summary: Summary) -> None:
        found = Identifier.objects.filter(register=self.name, value__in=[entry.key for entry in entries])
        ids = dict(found.values_list("value", "pk"))
        known = stored(ids.values())
        planned = [(ids.get(entry.key), _action(known.get(ids.get(entry.key, 0)), entry), entry) for entry in entries]
        written = plan_of(each for each in planned if each[1])
        counts = write(self.name, loaded(self.name, written), None, clock.now())
        summary.new, summary.changed, summary.returned = counts.new, counts.changed, counts.returned
        summary.unchanged = len(entries) - counts.new - counts.changed - counts.returned


def _first(good: dict[str, tuple[int, Entry]], entry: Entry | None) -> int:
    """The number of the row that has the same key."""
    return good[entry.key][0] if entry is not None else 0


def _action(known: Stored | None, entry: Entry) -> str:
    """What is to be done for an entry; empty: nothing."""
    if known is None:
        return NEW
    if known.ended_at is not None:
        return RETURNED
    if not known.says(entry):
        return CHANGED
    return "" if known.digest == entry.digest else SAME


def importer(cabinet: Cabinet, name: str) -> RegisterImporter | None:
    """The importer of a register; None if the cabinet has none of this name."""
    register = registers_of(cabinet).get(name)
    return None if register is None else RegisterImporter(cabinet, name, register)
