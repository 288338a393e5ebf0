"""XLSX files for tests, made by a library that the product does not use, or packed by hand."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it publishes no types

Book = Any
Fill = Callable[[Book], object]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def workbook(fill: Fill) -> io.BytesIO:
    """A workbook in memory."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        fill(book)
    content.seek(0)
    return content


def small_workbook() -> io.BytesIO:
    """Two columns, one person."""

    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ФИО", "Билет"])
        sheet.write_row(1, 0, ["Ли Ян", 1])

    return workbook(fill)


def repacked(
    original: io.BytesIO, changed: Mapping[str, bytes | None] | None = None, *, added: Mapping[str, bytes] | None = None
) -> bytes:
    """The same parts with some replaced, left out (None) or added."""
    content = io.BytesIO()
    replaced = changed or {}
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = replaced.get(name, before.read(name))
            if part is not None:
                after.writestr(name, part)
        for name, part in (added or {}).items():
            after.writestr(name, part)
    return content.getvalue()


def sheet_xml(rows: str) -> bytes:
    """A sheet with these rows of XML below a header of one title."""
    head = f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>Билет</t></is></c></row>'
    return f"{head}{rows}</sheetData></worksheet>".encode()
