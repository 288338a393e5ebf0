"""XLSX: the first visible sheet that is not empty. Results of formulas count, hidden rows too; macros are refused."""

import re
import struct
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO, ClassVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from openlk.files.limits import Limits
from openlk.files.lines import clean_header
from openlk.files.packed import BROKEN, check_packed, part_of
from openlk.files.table import Format, Row, Table, UnreadableFile

Cell = int | float | str | bool | time | date | datetime | timedelta
# Excel keeps fifteen digits of a number; the rest of a longer one is lost when it is typed.
_FIRST_INEXACT = 10**15
_INEXACT = (
    "Это число длиннее 15 цифр, последние цифры Excel не сохранил. "
    "Задайте столбцу текстовый формат и впишите номер заново."
)
_SAVE_TABLE = "Сохраните таблицу как .xlsx или CSV."
_STYLES = "xl/styles.xml"
# The library gives numbers without their formats: 12 shown as 000012 comes back as 12.
_ZEROS_BY_FORMAT = re.compile(rb'formatCode="0{2,}"')
_ZEROS_LOST = (
    "В файле есть числа, нули впереди которых только показаны форматом: эти нули не прочитаны. "
    "Если это номера карт или счетов, задайте столбцу текстовый формат и впишите номера с нулями."
)
_WORKBOOK = "xl/workbook.xml"
_MACROS = ("vbaproject.bin", "macrosheets/")


class XlsxFormat(Format):
    """Workbooks of Excel since 2007 and of everything that saves as such."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)
    signature: ClassVar[bytes] = b"PK\x03\x04"

    def read(self, file: BinaryIO, limits: Limits) -> Table:
        """The table in `file`; row numbers are those of the sheet."""
        _check_parts(check_packed(file, limits))
        zeros = _ZEROS_LOST if _ZEROS_BY_FORMAT.search(part_of(file, _STYLES)) else ""
        file.seek(0)
        try:
            sheet, which = _sheet(CalamineWorkbook.from_filelike(file))
        except (CalamineError, ValueError, struct.error) as error:
            raise UnreadableFile(BROKEN) from error
        if sheet is None:
            raise UnreadableFile("Файл пуст. Нужны строка с названиями столбцов и строки с данными.")
        if sheet.width > limits.columns:
            raise UnreadableFile(
                f"На листе «{sheet.name}» столбцов больше {limits.columns}. Оставьте только нужные столбцы."
            )
        rows = (row for row in _rows(sheet) if any(cell.strip() for cell in row.cells))
        header = next(rows, None)
        if header is None:
            raise UnreadableFile("Файл пуст. Нужны строка с названиями столбцов и строки с данными.")
        return Table(clean_header(header.cells, limits), rows, f"{which} {zeros}".strip())


def _check_parts(names: frozenset[str]) -> None:
    if any(macros in name.lower() for name in names for macros in _MACROS):
        raise UnreadableFile("В файле есть макросы. Сохраните таблицу как .xlsx без макросов или как CSV.")
    if _WORKBOOK in names:
        return
    if "content.xml" in names:
        raise UnreadableFile(f"По содержимому это документ LibreOffice, а не .xlsx. {_SAVE_TABLE}")
    raise UnreadableFile(f"По содержимому это архив, а не таблица. {_SAVE_TABLE}")


def _sheet(workbook: CalamineWorkbook) -> tuple[CalamineSheet | None, str]:
    """The first visible sheet with a filled cell, and which it is where there are several."""
    names = [
        about.name
        for about in workbook.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible
    ]
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            several = len(workbook.sheet_names) > 1
            return sheet, f"Прочитан лист «{name}», другие листы не читали." if several else ""
    return None, ""


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if all(type(cell) is str for cell in cells):
            yield Row(number, tuple(cells))  # type: ignore[arg-type]  # all are text, which mypy does not see
        else:
            faults = tuple((index, _INEXACT) for index, cell in enumerate(cells) if _is_inexact(cell))
            yield Row(number, tuple(map(_text, cells)), faults)


def _is_inexact(cell: Cell) -> bool:
    return isinstance(cell, int | float) and abs(cell) >= _FIRST_INEXACT


def _text(cell: Cell) -> str:
    """The cell as a person sees it: «12», not «12.0»; «14.12.2025»; «ИСТИНА»."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "ИСТИНА" if cell else "ЛОЖЬ"
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == int(cell) else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    return str(cell)
