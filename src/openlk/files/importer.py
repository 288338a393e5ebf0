"""What a room has to know so that tables can be imported into it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from openlk.cabinets.loading import Cabinet
from openlk.files.scratch import Scratch
from openlk.files.staging import StagedFile

# Told how many rows are done, again and again.
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Counts:
    """Rows by what happens to them."""

    new: int = 0
    changed: int = 0
    returned: int = 0
    ended: int = 0


class Planned(NamedTuple):
    """What an import is going to do: rows of the file, rows refused, rows to write, and the table's living rows now."""

    rows: int
    refused: int
    planned: int
    living: int
    counts: Counts
    remarks: tuple[str, ...] = ()


class Undone(NamedTuple):
    """One range of a roll-back: whether it was the last, where the next begins, and whose rows had to stay."""

    finished: bool
    cursor: int
    kept: tuple[str, ...] = ()


class Importer(ABC):
    """Takes the rows of one table of one cabinet: first it plans everything, then it writes in ranges.

    `room` and `name` say which table it is; `tables` are those it needs in the scratch file, as SQL.
    """

    room: ClassVar[str]
    tables: ClassVar[str]
    # An import that ends a larger share of the living rows is stopped.
    stop_share_percent: float

    def __init__(self, cabinet: Cabinet, name: str) -> None:
        self.cabinet = cabinet
        self.name = name

    @abstractmethod
    def prepare(self, header: Sequence[str]) -> None:
        """Understand the header. Raises UnreadableFile naming the columns that are missing, doubled or unknown."""

    @abstractmethod
    def plan(self, staged: StagedFile, scratch: Scratch, *, replace: bool, tick: Tick) -> Planned:
        """Compare all rows with the table, check the new and changed ones, note in the scratch file what to write.

        Opens its own scopes; writes nothing but the scratch file.
        """

    @abstractmethod
    def load(self, scratch: Scratch, after: int, limit: int) -> object:
        """The next range of the plan, ready to be written; inside the scope, on SQLite before the transaction."""

    @abstractmethod
    def write(self, loaded: object, import_id: int) -> tuple[int, Counts]:
        """Write a range inside the transaction: the last row of the plan that is written now, and what was done."""

    @abstractmethod
    def undo(self, import_id: int, cursor: int, limit: int) -> Undone:
        """Take back a range of what an import did, inside the transaction; the newest first."""
