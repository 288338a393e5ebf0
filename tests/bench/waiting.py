"""How long others wait for their own writes while an import runs: one every 20 ms, as a site has them."""

import sqlite3
import threading
from contextlib import closing
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from openlk.kit import clock
from tests.support.databases import OwnDatabase

_EVERY_SECONDS = 0.02
_TIMEOUT_SECONDS = 20


class Waiting:
    """A second writer, on SQLite; PostgreSQL's rows do not wait for each other."""

    def __init__(self, database: OwnDatabase) -> None:
        address = urlsplit(database.url)
        self._file = address.path[1:] if address.scheme == "sqlite" else None
        self._stop = threading.Event()
        self._waited: list[float] = []
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        assert self._file is not None
        with closing(sqlite3.connect(self._file, timeout=_TIMEOUT_SECONDS, isolation_level=None)) as connection:
            connection.executescript("PRAGMA synchronous = FULL; CREATE TABLE bench_tick (number INTEGER)")
            while not self._stop.wait(_EVERY_SECONDS):
                began = clock.monotonic()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO bench_tick VALUES (1)")
                connection.execute("COMMIT")
                self._waited.append(clock.monotonic() - began)

    def milliseconds(self) -> dict[str, float]:
        """The longest wait, that of one write in a hundred, and how many writes there were; empty on PostgreSQL."""
        if not self._waited:
            return {}
        ordered = sorted(self._waited)
        return {"most": 1000 * ordered[-1], "p99": 1000 * ordered[len(ordered) * 99 // 100], "writes": len(ordered)}

    def __enter__(self) -> Self:
        if self._file is not None:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        if self._file is not None:
            self._thread.join()
