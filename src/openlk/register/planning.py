"""What an import has to write: the file's rows beside the register's, compared in the scratch file.

An equal row is told by the digest of its cells, and is neither checked nor written; everything else is checked here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope, scoped_slug
from openlk.files.importer import Counts, Planned, Tick
from openlk.files.scratch import Scratch
from openlk.files.staging import StagedFile, staged_rows
from openlk.files.summary import RowProblem
from openlk.register.models import Holder
from openlk.register.rows import SEPARATOR, Entry, RowReader
from openlk.register.stored import Stored, stored

NEW, CHANGED, RETURNED, SAME, ENDED = "new", "changed", "returned", "same", "ended"
TABLES = """
CREATE TABLE known (value TEXT PRIMARY KEY, id INTEGER, digest BLOB, ended INTEGER) WITHOUT ROWID;
CREATE TABLE twice (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE names (holder_key TEXT PRIMARY KEY, number INTEGER, full_name TEXT, name_key TEXT) WITHOUT ROWID;
CREATE TABLE bare (yes INTEGER);
CREATE TABLE plan (
    seq INTEGER PRIMARY KEY, action TEXT, identifier_id INTEGER, key TEXT, printed TEXT, holder_key TEXT,
    full_name TEXT, name_key TEXT, facts TEXT, phone TEXT, email TEXT, digest BLOB
);
"""
_BATCH_ROWS = 1000
_TICK_ROWS = 10_000
# Names of regions that are remembered while reading, and named in the end.
_MOST_REGIONS, _NAMED_REGIONS = 10_000, 10
# In the order of the index, which is nearly that of the scratch file's bytes: sorting it anew would take longer.
_HELD = """
SELECT value, id, row_digest, ended_at IS NOT NULL FROM register_identifier WHERE cabinet = %s AND register = %s
ORDER BY value"""
_INDEX = "CREATE INDEX rows_key ON rows (key, ordinal, digest)"
_TWICE = """
INSERT INTO twice SELECT key FROM rows INDEXED BY rows_key WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1
"""
# Rows without a digest hold cells that the file itself does not vouch for.
_NEEDED = """
SELECT r.ordinal, r.number, r.key, r.digest, r.cells, r.faults, k.id, k.digest IS r.digest AND NOT k.ended
FROM rows r INDEXED BY rows_key LEFT JOIN known k ON k.value = r.key
WHERE r.key IS NULL OR k.id IS NULL OR k.ended OR k.digest IS NOT r.digest OR r.key IN (SELECT key FROM twice)
ORDER BY r.key, r.ordinal
"""
_MISSING = """
INSERT INTO plan (action, identifier_id, key)
SELECT 'ended', id, value FROM known k
WHERE NOT ended AND NOT EXISTS (SELECT 1 FROM rows r INDEXED BY rows_key WHERE r.key = k.value)
ORDER BY value
"""
_LAST_NAME = """
INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT (holder_key) DO UPDATE
SET number = excluded.number, full_name = excluded.full_name, name_key = excluded.name_key
WHERE excluded.number > names.number
"""


class PlannedRow(NamedTuple):
    """One row to write. The name is that of the holder's last row in the file."""

    seq: int
    action: str
    identifier_id: int | None
    entry: Entry


class _Good(NamedTuple):
    """A checked row that the register holds in another form."""

    identifier_id: int
    entry: Entry


class Planning:
    """Makes the plan of one import."""

    def __init__(self, cabinet: Cabinet, register: str, reader: RowReader, scratch: Scratch) -> None:
        self._cabinet = cabinet
        self._register = register
        self._reader = reader
        self._scratch = scratch
        self._shared = reader.register.holder != reader.register.key
        self._regions: Counter[str] = Counter()
        self._refused = 0
        self._plan: list[tuple[object, ...]] = []
        self._compared: list[_Good] = []

    def make(self, staged: StagedFile, *, replace: bool, tick: Tick) -> Planned:
        """The plan of everything; `replace`: what the file does not hold ends."""
        self._scratch.insert("bare", 1, [(self._is_bare(),)])
        self._scratch.insert("rows", 6, self._rows(staged, tick))
        self._scratch.run(_INDEX)
        self._scratch.run(_TWICE)
        self._scratch.insert("known", 4, self._known())
        self._check(tick)
        self._flush()
        if replace:
            self._scratch.run(_MISSING)
        counted = dict(self._scratch.read("SELECT action, count(*) FROM plan GROUP BY action"))
        return Planned(
            rows=staged.rows,
            refused=self._refused,
            planned=sum(counted.values()),
            living=self._scratch.count("SELECT count(*) FROM known WHERE NOT ended"),
            counts=Counts(*(counted.get(action, 0) for action in (NEW, CHANGED, RETURNED, ENDED))),
            remarks=tuple(self._remarks()),
        )

    def _is_bare(self) -> bool:
        """Whether nobody is in the register yet, and every row is somebody else: nobody has to be looked up."""
        if self._shared:
            return False
        with scope(self._cabinet):
            return not Holder.objects.filter(register=self._register).exists()

    def _rows(self, staged: StagedFile, tick: Tick) -> Iterator[tuple[object, ...]]:
        reader, regions = self._reader, self._regions
        for ordinal, row in enumerate(staged_rows(staged), start=1):
            cells = reader.cells(row.cells)
            line = SEPARATOR.join(cells)
            for at in reader.regions_at:
                if len(regions) < _MOST_REGIONS:
                    regions[cells[at]] += 1
            faults = reader.faults(row) if row.faults else None
            if faults:
                key = None if reader.key_at in faults else reader.key_of(cells[reader.key_at])
                yield ordinal, row.number, key, None, line, json.dumps(faults)
            else:
                yield ordinal, row.number, reader.key_of(cells[reader.key_at]), reader.digest(line), line, None
            if ordinal % _TICK_ROWS == 0:
                tick(ordinal)

    def _known(self) -> Iterator[tuple[object, ...]]:
        """The register's rows."""
        with scope(self._cabinet), connection.chunked_cursor() as cursor:
            cursor.execute(_HELD, [scoped_slug(), self._register])
            while rows := cursor.fetchmany(_TICK_ROWS):
                yield from rows

    def _check(self, tick: Tick) -> None:
        taken: tuple[str, int] = ("", 0)
        for ordinal, number, key, digest, line, faults, identifier_id, equal in self._scratch.read(_NEEDED):
            cells = line.split(SEPARATOR)
            marked = {int(at): why for at, why in json.loads(faults).items()} if faults else None
            entry, problems = self._reader.check(number, cells, digest, marked)
            if entry is None:
                self._refuse(problems)
            elif key == taken[0]:
                self._refuse([self._reader.repeated(number, cells, taken[1])])
            else:
                taken = (key, number)
                if not equal:
                    self._add(number, identifier_id, entry)
            if ordinal % _TICK_ROWS == 0:
                tick(ordinal)

    def _refuse(self, problems: Iterable[RowProblem]) -> None:
        self._refused += 1
        self._scratch.insert("problems", 4, problems)

    def _add(self, number: int, identifier_id: int | None, entry: Entry) -> None:
        if self._shared:
            self._scratch.run(_LAST_NAME, (entry.holder_key, number, entry.full_name, entry.name_key))
        if identifier_id is None:
            self._plan.append((None, NEW, None, *entry))
        else:
            self._compared.append(_Good(identifier_id, entry))
        if len(self._plan) >= _BATCH_ROWS or len(self._compared) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._compared:
            with scope(self._cabinet):
                found = stored([each.identifier_id for each in self._compared])
            for identifier_id, entry in self._compared:
                self._plan.append((None, _action(found[identifier_id], entry), identifier_id, *entry))
        self._scratch.insert("plan", 12, self._plan)
        self._plan, self._compared = [], []

    def _remarks(self) -> Iterator[str]:
        known = set(self._cabinet.profile.regions)
        strange = [each for each, _ in self._regions.most_common() if each and " ".join(each.split()) not in known]
        if strange:
            more = f" и ещё {len(strange) - _NAMED_REGIONS}" if len(strange) > _NAMED_REGIONS else ""
            yield f"Регионы, которых нет в кабинете: {', '.join(strange[:_NAMED_REGIONS])}{more}."


def _action(stored_row: Stored, entry: Entry) -> str:
    if stored_row.ended_at is not None:
        return RETURNED
    return SAME if stored_row.says(entry) else CHANGED


def planned_rows(scratch: Scratch, after: int, limit: int) -> list[PlannedRow]:
    """The next rows of the plan, with the name that the holder's last row in the file gives."""
    chosen = scratch.read(
        "SELECT seq, action, identifier_id, key, printed, p.holder_key, coalesce(n.full_name, p.full_name),"
        " coalesce(n.name_key, p.name_key), facts, phone, email, digest"
        " FROM plan p LEFT JOIN names n ON n.holder_key = p.holder_key WHERE seq > ? ORDER BY seq LIMIT ?",
        [after, limit],
    )
    return [PlannedRow(row[0], row[1], row[2], Entry(*row[3:])) for row in chosen]


def is_bare(scratch: Scratch) -> bool:
    """Whether the register held nobody when this was planned, and every row is somebody else."""
    return bool(scratch.count("SELECT yes FROM bare"))


def plan_of(entries: Iterable[tuple[int | None, str, Entry]]) -> list[PlannedRow]:
    """A plan without a file."""
    return [PlannedRow(seq, action, pk, entry) for seq, (pk, action, entry) in enumerate(entries, start=1)]
