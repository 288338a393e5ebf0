"""CSV: UTF-8 with or without BOM, UTF-16, cp1251; separators `;`, `,` and tab; quotes as in RFC 4180."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, ClassVar

from openlk.files.encodings import encoding_of, pieces
from openlk.files.exporting import GUARD, without_guard
from openlk.files.limits import Limits
from openlk.files.lines import clean_header
from openlk.files.table import Format, Row, Table, UnreadableFile

SEPARATORS = ";,\t"
# A first line by which Excel is told the separator.
_TOLD = re.compile(r"\"?sep=([;,\t|])\"?[\r\n]*")


def separator_of(header_line: str) -> str:
    """The separator that the header uses most, outside of quotes."""
    outside = "".join(header_line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


class CsvFormat(Format):
    """Text tables from Excel, 1C and everything else."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".txt", ".tsv")

    def read(self, file: BinaryIO, limits: Limits) -> Table:
        """The table in `file`; row numbers are those of the file's lines."""
        # Files of our own have guards; one look at the bytes spares the others a look at every cell.
        guarded = any(GUARD.encode() in piece for piece in pieces(file, 0))
        text = io.TextIOWrapper(file, encoding_of(file), newline="")
        skipped = 0
        while (line := text.readline()).isspace():
            skipped += 1
        told = _TOLD.fullmatch(line)
        if told:
            rows = _rows(text, told.group(1), skipped + 2, guarded=guarded)
        else:
            rows = _rows(chain([line], text), separator_of(line), skipped + 1, guarded=guarded)
        header = next((row for row in rows if any(cell.strip() for cell in row.cells)), None)
        if header is None:
            raise UnreadableFile("Файл пуст. Нужны строка с названиями столбцов и строки с данными.")
        return Table(clean_header(header.cells, limits), rows)


def _rows(lines: Iterable[str], separator: str, first: int, *, guarded: bool) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = first
    try:
        for cells in reader:
            yield Row(number, tuple(without_guard(cell.strip()) for cell in cells) if guarded else tuple(cells))
            number = reader.line_num + first
    except csv.Error as error:
        if "field limit" in str(error):
            raise UnreadableFile(f"Строка {number}: ячейка слишком длинная. Проверьте кавычки в файле.") from error
        raise UnreadableFile(
            f"Строка {number}: не сходятся кавычки ({error}). Исправьте строку и загрузите файл снова."
        ) from error
