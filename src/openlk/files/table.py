"""A table as people send it: a header and rows of text."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


class UnreadableFile(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One data row: its number as a person counts it (the header is row 1) and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, read lazily and once."""

    header: tuple[str, ...]
    rows: Iterator[Row]


class Format(ABC):
    """A kind of file that holds a table. The module's name is the format's key."""

    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def read(self, content: bytes) -> Table:
        """The table in `content`. Raises UnreadableFile with a sentence in Russian."""
