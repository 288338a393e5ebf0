"""A file of its own beside every import: what the rows are, what is wrong with them, what there is to write.

SQLite, whatever the product's database is: sorting, joining and finding twins of a million rows needs no memory there,
and the product's own database is not touched before everything is checked.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from openlk.files.summary import RowProblem

_FILE = "scratch.sqlite3"
_CACHE_KIB = 16 * 1024
_TABLES = """
CREATE TABLE rows (ordinal INTEGER PRIMARY KEY, number INTEGER, key TEXT, digest BLOB, cells TEXT, faults TEXT);
CREATE TABLE problems (number INTEGER, title TEXT, value TEXT, message TEXT);
"""


class Scratch:
    """The scratch file of one import; a new one is written without care for a crash, and synced when it is whole."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self.connection = connection
        self._file = file

    @classmethod
    def made(cls, folder: Path, tables: str) -> Self:
        """A new one in the folder, with the tables that an importer needs besides; an older one is thrown away."""
        file = folder / _FILE
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file, isolation_level=None)
        connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
            f"PRAGMA cache_size = -{_CACHE_KIB}; {_TABLES} {tables} BEGIN;"
        )
        return cls(connection, file)

    @classmethod
    def kept(cls, folder: Path) -> Self | None:
        """The whole one that a crash left in the folder, to be read only; None if there is none."""
        file = folder / _FILE
        if not file.is_file():
            return None
        connection = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True, isolation_level=None)
        return cls(connection, file)

    @classmethod
    def discard(cls, folder: Path) -> None:
        """Remove it, if there is one."""
        (folder / _FILE).unlink(missing_ok=True)

    def finish(self) -> None:
        """From here on it survives a loss of power."""
        self.connection.execute("COMMIT")
        for path in (self._file, self._file.parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def insert(self, table: str, width: int, rows: Iterable[Sequence[object]]) -> None:
        """Append rows of `width` values."""
        places = ", ".join("?" * width)
        statement = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 -- a table of ours
        self.connection.executemany(statement, rows)

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """A statement that gives no rows."""
        self.connection.execute(statement, values)

    def read(self, statement: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one after another."""
        return self.connection.execute(statement, values)

    def count(self, statement: str) -> int:
        """The only number that a query gives."""
        found: int = self.connection.execute(statement).fetchone()[0]
        return found

    def problems(self, limit: int = -1) -> Iterator[RowProblem]:
        """What is wrong, in the order of the file."""
        chosen = "SELECT number, title, value, message FROM problems ORDER BY number, rowid LIMIT ?"
        return (RowProblem(*row) for row in self.read(chosen, [limit]))

    def problem_count(self) -> int:
        """How many mistakes there are."""
        return self.count("SELECT count(*) FROM problems")

    def close(self) -> None:
        """Close the file; it stays."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
