"""The quickest way in which a database takes the final rows of an import."""

import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from openlk.kit import clock
from tests.support import environment
from tests.support.databases import OwnDatabase

TABLES = ("register_holder", "register_identifier", "register_contact")
_PIECE_ROWS = 50_000
_PIECE_BYTES = 2**20


class Yardstick(ABC):
    """Keeps the rows of one database and writes them into another one, which is empty."""

    def __init__(self, source: OwnDatabase) -> None:
        self._source = source

    @abstractmethod
    def keep(self) -> None:
        """Keep the rows as they are now."""

    @abstractmethod
    def seconds(self, target: OwnDatabase) -> float:
        """How long it takes to write them, without the time to read them."""


class Copy(Yardstick):
    """COPY … FROM STDIN by the owner, into tables whose row policies are put aside."""

    def _file(self, table: str) -> Path:
        return environment.folder() / f"{table}.copy"

    def keep(self) -> None:
        with psycopg.connect(self._source.owner_url, autocommit=True) as connection:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                with self._file(table).open("wb") as file, connection.cursor().copy(f"COPY {table} TO STDOUT") as rows:
                    file.writelines(rows)
                connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    def seconds(self, target: OwnDatabase) -> float:
        with psycopg.connect(target.owner_url) as connection:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            connection.commit()
            began = clock.monotonic()
            for table in TABLES:
                with self._file(table).open("rb") as file, connection.cursor().copy(f"COPY {table} FROM STDIN") as rows:
                    while piece := file.read(_PIECE_BYTES):
                        rows.write(piece)
            connection.commit()
            return clock.monotonic() - began


class ManyExecuted(Yardstick):
    """executemany in one transaction; the rows are read by pieces from a copy beside, and reading is not counted."""

    def __init__(self, source: OwnDatabase) -> None:
        super().__init__(source)
        self._kept = environment.folder() / "kept.sqlite3"

    def keep(self) -> None:
        with closing(sqlite3.connect(_file(self._source))) as source, closing(sqlite3.connect(self._kept)) as kept:
            source.backup(kept)

    def seconds(self, target: OwnDatabase) -> float:
        spent = 0.0
        with (
            closing(sqlite3.connect(self._kept)) as kept,
            closing(sqlite3.connect(_file(target), isolation_level=None)) as connection,
        ):
            connection.executescript("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE")
            for table in TABLES:
                rows = kept.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608 -- a table of ours
                places = ", ".join("?" * len(rows.description))
                insert = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 -- a table of ours
                while piece := rows.fetchmany(_PIECE_ROWS):
                    began = clock.monotonic()
                    connection.executemany(insert, piece)
                    spent += clock.monotonic() - began
            began = clock.monotonic()
            connection.execute("COMMIT")
            return spent + clock.monotonic() - began


def _file(database: OwnDatabase) -> str:
    return urlsplit(database.url).path[1:]


def yardstick(source: OwnDatabase) -> Yardstick:
    """That of the source's kind of database."""
    return ManyExecuted(source) if urlsplit(source.url).scheme == "sqlite" else Copy(source)
