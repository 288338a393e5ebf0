"""Importing tables into rooms: each room offers its importers in a file `imports.py`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from openlk.files import formats
from openlk.files.table import Format, Row, UnreadableFile
from openlk.kit.discovery import plugins

# No transaction holds the database for longer than this many rows take.
BATCH_ROWS = 2000
# The whole file is held in memory while it is read, at about ten times its size.
MAX_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class RowProblem:
    """Why a row was refused: its number, the column's title, the value and what is wrong with it."""

    row: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else self.value[:57] + "…"
        where = f"Строка {self.row}" + (f", «{self.column}»" if self.column else "")
        return f"{where}: {self.message}" + (f" Значение: «{shown}»." if shown else "")


@dataclass
class Summary:
    """What an import did, in rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    def add(self, other: "Summary") -> None:
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.problems += other.problems


class Importer(ABC):
    """Takes the rows of one kind of table."""

    @abstractmethod
    def prepare(self, header: Sequence[str]) -> None:
        """Understand the header. Raises UnreadableFile naming the columns that are missing, doubled or unknown."""

    @abstractmethod
    def apply(self, rows: Sequence[Row]) -> Summary:
        """Check and write one batch in one transaction; refused rows are reported, the others written whole."""


def format_for(file: Path) -> Format:
    """The format by the file's ending. Raises UnreadableFile."""
    known = [kind() for kind in plugins(formats.__name__, Format).values()]  # type: ignore[type-abstract]  # the base is abstract
    for candidate in known:
        if file.suffix.lower() in candidate.suffixes:
            return candidate
    endings = ", ".join(suffix for candidate in known for suffix in candidate.suffixes)
    raise UnreadableFile(f"Файлы «{file.suffix}» не читаем. Подходят: {endings}.")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch


def run_import(importer: Importer, file: Path) -> Iterator[Summary]:
    """Import a file batch by batch; yields the running summary after each.

    Raises UnreadableFile before any write when the file as a whole cannot be read.
    """
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableFile(f"Файл больше {MAX_FILE_BYTES // 2**20} МБ. Разделите его на части.")
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile("Такого файла нет. Проверьте путь и имя.") from error
    except OSError as error:
        raise UnreadableFile(f"Файл не открывается ({error.strerror}). Проверьте права на него.") from error
    table = format_for(file).read(content)
    importer.prepare(table.header)
    # Everything is read before anything is written: a broken quote in the last line leaves the register untouched.
    rows = list(table.rows)
    total = Summary()
    for batch in _batches(rows):
        total.add(importer.apply(batch))
        yield total
    if not rows:
        yield total
