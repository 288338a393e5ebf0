"""Tables that go out: a spreadsheet shows every cell as text, and our own import reads back what was written."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

GUARD = "'"
# Signs that some spreadsheet takes for the start of a formula, full-width ones and those after invisible characters
# among them (OWASP, CSV injection; ASVS 1.2.10).
_INVISIBLE = r"[\s\x00-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"'*{_INVISIBLE}[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]")


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet runs: without NUL and outer spaces, an apostrophe before a formula's sign.

    `without_guard` takes exactly this apostrophe away again.
    """
    text = cell.replace("\x00", "").strip()
    return GUARD + text if _FORMULA.match(text) else text


def without_guard(cell: str) -> str:
    """The cell that `guarded` was given; any other cell stays as it is, one that looks like a formula too."""
    return cell[1:] if cell.startswith(GUARD) and _FORMULA.match(cell, 1) else cell


class CsvWriter:
    """Writes rows to an open text stream, `;` between cells, as a Russian Excel expects."""

    def __init__(self, stream: TextIO, header: Sequence[str]) -> None:
        self._rows = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        self.add(header)

    def add(self, row: Iterable[object]) -> None:
        """Write one row; None is an empty cell."""
        self._rows.writerow(["" if cell is None else guarded(str(cell)) for cell in row])


def write_csv(target: Path | TextIO, header: Sequence[str], rows: Iterable[Iterable[object]]) -> int:
    """Write a table and return how many rows it has. A file is UTF-8 with BOM, so that Excel opens it."""
    if isinstance(target, Path):
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            return write_csv(stream, header, rows)
    writer = CsvWriter(target, header)
    written = 0
    for row in rows:
        writer.add(row)
        written += 1
    return written


class ErrorFile:
    """A file of everything that was refused: row, column, value, what is wrong. Rows are written as they come."""

    HEADER = ("Строка", "Столбец", "Значение", "Что не так")

    def __init__(self, file: Path) -> None:
        self._stream = file.open("w", encoding="utf-8-sig", newline="")
        self._writer = CsvWriter(self._stream, self.HEADER)
        self.count = 0

    def add(self, row: int, column: str, value: str, message: str) -> None:
        """Write one mistake."""
        self._writer.add((row, column, value, message))
        self.count += 1

    def close(self) -> None:
        """Finish the file; nothing can be added any more."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
