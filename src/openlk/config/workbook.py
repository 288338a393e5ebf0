"""Writes a minimal XLSX row by row, all cells as text: inline strings (ECMA-376, part 1, §18.3.1.4)."""

import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from itertools import chain, islice
from pathlib import Path

MOST_SHEET_ROWS = 1_048_576
_BATCH_ROWS = 2_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Реестр" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write_workbook(file: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a workbook of one sheet. Rows beyond what a sheet can hold raise OSError."""
    lines = enumerate(chain([header], rows), 1)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in _PARTS.items():
            container.writestr(name, _DECLARATION + content)
        with container.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            while batch := list(islice(lines, _BATCH_ROWS)):
                if batch[-1][0] > MOST_SHEET_ROWS:
                    raise OSError(0, f"на листе помещается {MOST_SHEET_ROWS} строк, выберите .csv")
                sheet.write("".join(_row(number, cells) for number, cells in batch).encode())
            sheet.write(b"</sheetData></worksheet>")


def _row(number: int, cells: Sequence[str]) -> str:
    # An empty cell is written too, since cells without an address count from the left.
    inside = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell, quote=False)}</t></is></c>' for cell in cells
    )
    return f'<row r="{number}">{inside}</row>'
