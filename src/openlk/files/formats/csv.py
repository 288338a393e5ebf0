"""CSV: UTF-8 with or without BOM, UTF-16, cp1251; separators `;`, `,` and tab; quotes as in RFC 4180."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import ClassVar

from openlk.files.table import Format, Row, Table, UnreadableFile

SEPARATORS = ";,\t"
MAX_CELL_CHARACTERS = 10_000


def decode(content: bytes) -> str:
    """The text of a CSV file: BOMs decide, then UTF-16 without BOM by its zero bytes, then UTF-8, then cp1251."""
    if content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in content[:200]:
        encoding = _byte_order(content[:200])
    else:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            encoding = "cp1251"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"Не удалось прочесть буквы в файле (байт {error.start}). "
            "Сохраните его в кодировке UTF-8 и загрузите снова."
        ) from error


def _byte_order(start: bytes) -> str:
    """Separators and line ends are ASCII: their zero byte stands first in big-endian text, second in little-endian."""
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def separator_of(header_line: str) -> str:
    """The separator that the header uses most, outside of quotes."""
    outside = "".join(header_line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


class CsvFormat(Format):
    """Text tables from Excel, 1C and everything else."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".txt", ".tsv")

    def read(self, content: bytes) -> Table:
        """The table in `content`; empty lines are skipped, row numbers are those of the file's lines."""
        text = decode(content)
        first_line = next(iter(text.lstrip("\r\n").splitlines()), "")
        rows = self._rows(text, separator_of(first_line))
        header = next(rows, None)
        if header is None:
            raise UnreadableFile("Файл пуст. Нужны строка с названиями столбцов и строки с данными.")
        return Table(header.cells, rows)

    def _rows(self, text: str, separator: str) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        number = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if any(len(cell) > MAX_CELL_CHARACTERS for cell in cells):
                        raise UnreadableFile(
                            f"Строка {number}: ячейка длиннее {MAX_CELL_CHARACTERS} знаков. Проверьте кавычки в файле."
                        )
                    yield Row(number, tuple(cell.strip() for cell in cells))
                number = reader.line_num + 1
        except csv.Error as error:
            raise UnreadableFile(
                f"Строка {number}: не сходятся кавычки ({error}). Исправьте строку и загрузите файл снова."
            ) from error
