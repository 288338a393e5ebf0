"""Test databases as SQLite files."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.databases import TEMPLATE, Databases


class SqliteDatabases(Databases):
    """Files in one folder, copied with SQLite's backup API."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self._file(name)}"

    def owner_url(self, name: str) -> str:
        return self.url(name)

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def copy(self, name: str) -> None:
        with closing(sqlite3.connect(self._file(TEMPLATE))) as source, closing(sqlite3.connect(self._file(name))) as to:
            source.backup(to)

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._file(name).with_name(self._file(name).name + suffix).unlink(missing_ok=True)

    def stop(self) -> None:
        """The folder goes with the run."""
