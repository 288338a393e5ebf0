"""One migrated template, and copies of it: the unit tests' database, and one for every test that wants its own.

Django's own test databases are not used: they are made by the role under test, which here must own nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from django.core.management import call_command
from django.db import connections

from openlk.config.environment import database

TEMPLATE = "template"
UNIT = "unit"
ALIASES = ("default", "owner")


@dataclass(frozen=True)
class OwnDatabase:
    """A database of one test: its address for the application's role and for the owner's, e.g. for a child process."""

    url: str
    owner_url: str


class Databases(ABC):
    """Makes, copies and drops the databases of one test run, on one kind of server."""

    def __init__(self) -> None:
        self._numbers = count(1)

    @abstractmethod
    def url(self, name: str) -> str:
        """OPENLK_DATABASE_URL of the database: the application's role, which owns nothing."""

    @abstractmethod
    def owner_url(self, name: str) -> str:
        """OPENLK_OWNER_DATABASE_URL of the database."""

    @abstractmethod
    def start(self) -> None:
        """Start what has to run; create an empty template."""

    @abstractmethod
    def copy(self, name: str) -> None:
        """Create the database as a copy of the template. Nobody may be connected to the template."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Remove the database, whoever is connected to it."""

    @abstractmethod
    def stop(self) -> None:
        """Leave nothing behind."""

    def _use(self, name: str) -> None:
        """Point both connections there: this thread's at once, those of other threads when they open."""
        for alias, url in zip(ALIASES, (self.url(name), self.owner_url(name)), strict=True):
            connections[alias].close()
            connections.settings[alias]["NAME"] = database(url)["NAME"]

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """The migrated template and the unit tests' copy of it, in use."""
        try:
            self.start()
            self._use(TEMPLATE)
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            connections.close_all()
            self.copy(UNIT)
            self._use(UNIT)
            yield
        finally:
            connections.close_all()
            self.stop()

    @contextmanager
    def own(self) -> Iterator[OwnDatabase]:
        """A fresh copy, in use inside the block and dropped after it; needs `prepared`, outside of any transaction."""
        if connections["default"].in_atomic_block:
            raise RuntimeError("a test uses its own database or the unit tests' transaction (db), not both")
        name = f"own{next(self._numbers)}"
        self.copy(name)
        try:
            self._use(name)
            yield OwnDatabase(self.url(name), self.owner_url(name))
        finally:
            self._use(UNIT)
            self.drop(name)
