"""A table as people send it: a header and rows of text."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, NamedTuple

from openlk.files.limits import Limits


class UnreadableFile(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


class Row(NamedTuple):
    """One data row: its number as a person counts it (the header is row 1) and its cells as text.

    `faults` are cells that cannot be trusted: the cell's index from 0, and a Russian sentence that says why.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, read lazily and once; `note` says in Russian what the person should know."""

    header: tuple[str, ...]
    rows: Iterator[Row]
    note: str = ""


class Format(ABC):
    """A kind of file that holds a table. The module's name is the format's key."""

    suffixes: ClassVar[tuple[str, ...]]
    # The bytes that every such file begins with; a format of plain text has none.
    signature: ClassVar[bytes] = b""

    @abstractmethod
    def read(self, file: BinaryIO, limits: Limits) -> Table:
        """The table in `file`, which can be sought. Raises UnreadableFile with a sentence in Russian."""
