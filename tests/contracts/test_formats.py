"""What every import format must do with foreign, broken and hostile files: tried on each of files/formats."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlk.files.limits import DEFAULT
from openlk.files.table import Format, Row, UnreadableFile
from openlk.files.tests.workbooks import small_workbook
from openlk.kit.discovery import plugins
from tests.support.dropped import drop_in

PACKAGE = "openlk.files.formats"
FORMATS = plugins(PACKAGE, Format)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
RUSSIAN_SENTENCE = re.compile(r"[А-ЯЁ«].*[.?!»)]", re.DOTALL)
FOREIGN = {
    "nothing": b"",
    "line-ends": b"\r\n\r\n\n",
    "one-byte": b"\xff",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "zip": b"PK\x03\x04" + b"\x00" * 60,
    "half-a-surrogate": "﻿ФИО;Билет\n".encode("utf-16")[:-1],
    "open-quote": 'ФИО;Билет\n"Ковалёва;1\n'.encode(),
    "wide": b";" * 50_000,
    "workbook": small_workbook().getvalue(),
    "half-a-workbook": small_workbook().getvalue()[:900],
}

LINES = '''
"""One cell a line."""

from typing import BinaryIO, ClassVar

from openlk.files.limits import Limits
from openlk.files.table import Format, Row, Table, UnreadableFile


class Lines(Format):
    """A title, then values."""

    suffixes: ClassVar[tuple[str, ...]] = (".lines",)

    def read(self, file: BinaryIO, limits: Limits) -> Table:
        """Read it."""
        try:
            title, *values = file.read().decode().split("\\n")
        except UnicodeDecodeError as error:
            raise UnreadableFile("Файл не в UTF-8.") from error
        if not title.strip():
            raise UnreadableFile("Файл пуст.")
        return Table((title,), iter([Row(number, (value,)) for number, value in enumerate(values, 2)]))
'''


def check_format(kind: type[Format]) -> None:
    """The promises of a format that hold for any file."""
    assert kind.__doc__, "one sentence says whose files these are"
    assert kind.suffixes
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in kind.suffixes)
    assert isinstance(kind.signature, bytes)
    with pytest.raises(UnreadableFile) as empty:
        kind().read(BytesIO(b""), DEFAULT)
    assert RUSSIAN_SENTENCE.fullmatch(str(empty.value))
    for content in FOREIGN.values():
        check_content(kind, content)


def _read(kind: type[Format], content: bytes) -> tuple[tuple[str, ...], list[Row]] | str:
    """The header and rows, or what the format says about a file that it cannot read."""
    try:
        table = kind().read(BytesIO(content), DEFAULT)
        return table.header, list(table.rows)
    except UnreadableFile as error:
        return str(error)


def check_content(kind: type[Format], content: bytes) -> None:
    """A table of text with rows numbered upwards, or UnreadableFile with a sentence; nothing else is ever raised."""
    found = _read(kind, content)
    if isinstance(found, str):
        assert RUSSIAN_SENTENCE.fullmatch(found), found
        return
    header, rows = found
    assert all(isinstance(cell, str) for cell in header)
    assert all(isinstance(cell, str) for row in rows for cell in row.cells)
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    assert not numbers or numbers[0] >= 2, "the header is row 1"


@pytest.mark.parametrize("key", FORMATS)
def test_a_format_keeps_its_promises(key: str) -> None:
    check_format(FORMATS[key])


@pytest.mark.parametrize("key", FORMATS)
@given(content=st.binary(max_size=400))
def test_a_format_survives_any_bytes(key: str, content: bytes) -> None:
    check_content(FORMATS[key], content)


@pytest.mark.parametrize("key", FORMATS)
@given(text=st.text(alphabet='аяЁ;,\t"\n\r\x00\ufeff 1', max_size=80), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_a_format_survives_any_text(key: str, text: str, encoding: str) -> None:
    check_content(FORMATS[key], text.encode(encoding))


def test_a_file_name_leads_to_one_format() -> None:
    suffixes = [suffix for kind in FORMATS.values() for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_no_two_formats_begin_alike() -> None:
    signatures = [kind.signature for kind in FORMATS.values() if kind.signature]
    assert not [(a, b) for a in signatures for b in signatures if a is not b and a.startswith(b)]


@pytest.mark.parametrize("key", FORMATS)
def test_a_format_reads_from_the_start_wherever_the_file_stands(key: str) -> None:
    content = {"xlsx": small_workbook().getvalue()}.get(key, "ФИО;Билет\nЛи Ян;1\n".encode())
    file = BytesIO(content)
    file.seek(0, 2)
    table = FORMATS[key]().read(file, DEFAULT)
    assert table.header == ("ФИО", "Билет")
    assert [row.cells for row in table.rows] == [("Ли Ян", "1")]


def test_a_new_file_is_a_new_format_and_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = drop_in(PACKAGE, "lines", LINES, tmp_path, monkeypatch)
    found = plugins(package, Format)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    assert set(found) == {*FORMATS, "lines"}
    for kind in found.values():
        check_format(kind)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param("except UnicodeDecodeError as error:", "except KeyError as error:", id="raises"),
        pytest.param('"Файл пуст."', '"empty"', id="speaks-no-russian"),
        pytest.param('(".lines",)', '("lines",)', id="suffix-without-dot"),
        pytest.param("enumerate(values, 2)", "enumerate(values, 0)", id="counts-from-zero"),
        pytest.param("if not title.strip():", "if not title and values:", id="takes-an-empty-file"),
    ],
)
def test_a_format_that_breaks_a_promise_is_caught(
    right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert right in LINES
    package = drop_in(PACKAGE, "lines", LINES.replace(right, wrong), tmp_path, monkeypatch)
    broken = plugins(package, Format)["lines"]  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    with pytest.raises((AssertionError, UnicodeDecodeError, pytest.fail.Exception)):
        check_format(broken)
