"""Files made to do harm: each ends in a sentence within the caps and leaves nothing; every cap has its control."""

import codecs
import io
import os
import re
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_uppercase

import pytest

from openlk.files import encodings, packed, staging
from openlk.files.formats.csv import CsvFormat
from openlk.files.formats.xlsx import XlsxFormat
from openlk.files.limits import DEFAULT, Limits
from openlk.files.lines import lines_of, rows_of
from openlk.files.staging import stage, staged_in, staged_rows
from openlk.files.table import UnreadableFile
from openlk.files.tests.workbooks import MAIN, SHEET, repacked, sheet_xml, small_workbook

WITHIN_SECONDS = 60
GOOD = "ФИО;Билет\n" + "Ковалёва Анна;1\n" * 50
MANY_COLUMNS = replace(DEFAULT, columns=10**6)
LARGE_CELLS = replace(DEFAULT, cell_characters=10**9)


@dataclass(frozen=True)
class Hostile:
    """A file, the sentence that it must end in, and limits under which that sentence must not come (a control)."""

    name: str
    content: Callable[[], bytes]
    sentence: str
    limits: Limits = DEFAULT
    lifted: Limits | None = None


def _sparse(cell: str) -> bytes:
    """Two cells and nothing between them, which a library may keep room for."""
    far = f'<row r="{cell.lstrip(ascii_uppercase)}"><c r="{cell}"><v>1</v></c></row>'
    return repacked(small_workbook(), {SHEET: sheet_xml(far)})


def _many_rows(rows: int) -> bytes:
    return repacked(small_workbook(), {SHEET: sheet_xml("".join(f"<row><c><v>{n}</v></c></row>" for n in range(rows)))})


def _lying() -> bytes:
    """A sheet that declares a hundred bytes in both directories of the container and holds a megabyte."""
    content = bytearray(repacked(small_workbook(), {SHEET: sheet_xml("<row><c><v>1</v></c></row>" * 40_000)}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as container:
        size = struct.pack("<I", container.getinfo(SHEET).file_size)
    assert content.count(size) >= 2
    return bytes(content.replace(size, struct.pack("<I", 100)))


def _encrypted() -> bytes:
    content = bytearray(small_workbook().getvalue())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def _with_entities(encoding: str) -> bytes:
    text = (
        '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>Билет &secret;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    return repacked(small_workbook(), {SHEET: text.encode(encoding)})


def _bad_checksum() -> bytes:
    content = bytearray(small_workbook().getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as container:
        about = container.getinfo(SHEET)
    checksum = struct.pack("<I", about.CRC)
    return bytes(content.replace(checksum, struct.pack("<I", about.CRC ^ 1)))


def _nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("zeros.xml", bytes(30 * 2**20))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as container:
        container.writestr("inner.zip", inner.getvalue())
    return outer.getvalue()


def _libre() -> bytes:
    return repacked(small_workbook(), {"xl/workbook.xml": None}, added={"content.xml": b"<a/>"})


def _twice() -> bytes:
    content = repacked(small_workbook(), added={"xl/worksheets/sheet9.xml": sheet_xml("")})
    return content.replace(b"xl/worksheets/sheet9.xml", SHEET.encode())


TEXTS = [
    Hostile("nul.csv", lambda: GOOD.encode() + b"\x00;1\n", "Строка 52: в файле есть нулевые знаки"),
    Hostile("nul-at-the-start.csv", lambda: b"a;b\n\x00\x00\x00\x00;1\n" * 60, "нулевые знаки"),
    Hostile("utf-32.csv", lambda: GOOD.encode("utf-32"), "нулевые знаки"),
    Hostile("utf-8-then-cp1251.csv", lambda: (GOOD + "Ли").encode() + "Ёлкин;1".encode("cp1251"), "Строка 52 записана"),
    Hostile("cp1251-then-utf-8.csv", lambda: GOOD.encode("cp1251") + "Ёлкин;1".encode(), "Строка 52 записана"),
    Hostile("one-stray-byte.csv", lambda: GOOD.encode() + b"\xff;1\n", "Строка 52 записана"),
    Hostile("no-encoding.csv", lambda: "ФИО;Билет\n".encode("cp1251") + b"\x98;1\n", "Строка 2: не удалось прочесть"),
    Hostile("half.csv", lambda: GOOD.encode("utf-16")[:-1], "Строка 51: не удалось прочесть буквы"),
    Hostile("utf-8-cut.csv", lambda: codecs.BOM_UTF8 + GOOD.encode()[:-4] + b"\xd0", "не удалось прочесть буквы"),
    Hostile("quote.csv", f'{GOOD}"Ли;1\n'.encode, "Строка 52: не сходятся кавычки"),
    Hostile("deep-quotes.csv", lambda: b"a;b\n" + b'"' * 1_000_001 + b";1\n", "Строка 2: ячейка слишком длинная"),
    Hostile(
        "quoted-10-mb.csv", lambda: b'a;b\n"' + b"x\n" * (5 * 2**20) + b'";1\n', "Строка 2: ячейка слишком длинная"
    ),
    Hostile("plain-10-mb.csv", lambda: b"a;b\n" + b"x" * (10 * 2**20) + b";1\n", "Строка 2 не кончается"),
    Hostile("endless.csv", lambda: b"x" * (30 * 2**20), "Строка 1 не кончается"),
    Hostile("long-cell.csv", lambda: b"a;b\n" + b"x" * 10_001 + b";1\n", "длиннее 10.000 знаков", lifted=LARGE_CELLS),
    Hostile("columns.csv", lambda: b"a;b\n" + b"1;" * 100_000 + b"\n", "столбцов больше 500", lifted=MANY_COLUMNS),
    Hostile("titles.csv", lambda: b"a;" * 100_000 + b"\n1;2\n", "столбцов больше 500", lifted=MANY_COLUMNS),
    Hostile("header-1-mb.csv", lambda: b"x" * 1_000_000 + b";b\n1;2\n", "Строка 1: ячейка слишком длинная"),
    Hostile("title.csv", lambda: b"x" * 501 + b";b\n1;2\n", "Название столбца длиннее 500 знаков"),
    Hostile(
        "rows.csv",
        lambda: b"a;b\n" + b"1;2\n" * 5_001,
        "больше 5.000 строк",
        limits=replace(DEFAULT, rows=5_000),
        lifted=DEFAULT,
    ),
    Hostile(
        "large.csv",
        lambda: b"a;b\n" + b"1;2\n" * 2**19,
        "Файл больше 1 МБ",
        limits=replace(DEFAULT, file_bytes=2**20),
        lifted=DEFAULT,
    ),
    Hostile(
        "slow.csv",
        lambda: b"a;b\n" + b"1;2\n" * 2**18,
        "читается слишком долго",
        limits=replace(DEFAULT, seconds=0),
        lifted=DEFAULT,
    ),
    Hostile(
        "grows.csv",
        lambda: b"a;b\n" + b"1;2\n" * 2**18,
        "Таблица слишком велика",
        limits=replace(DEFAULT, staged_bytes=2**20),
        lifted=DEFAULT,
    ),
    Hostile("nothing.csv", lambda: b"", "Файл пуст"),
    Hostile("blank.csv", lambda: b";;;\r\n\r\n", "Файл пуст"),
    Hostile("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "это не таблица, а картинка"),
    Hostile("report.pdf", lambda: b"%PDF-1.7", "Подходят: .*csv.*xlsx"),
    Hostile("old.xls", lambda: b"\xd0\xcf\x11\xe0", "старый формат Excel"),
    Hostile("macros.xlsm", lambda: small_workbook().getvalue(), "бывают макросы"),
]

WORKBOOKS = [
    Hostile("text.xlsx", GOOD.encode, "внутри не такая таблица"),
    Hostile("password.xlsx", lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "документ под паролем"),
    Hostile("encrypted.xlsx", _encrypted, "Файл под паролем"),
    Hostile("cut.xlsx", lambda: small_workbook().getvalue()[:-200], "Файл повреждён"),
    Hostile("garbage.xlsx", lambda: b"PK\x03\x04" + os.urandom(4000), "Файл повреждён"),
    Hostile("checksum.xlsx", _bad_checksum, "Файл повреждён"),
    Hostile("not-xml.xlsx", lambda: repacked(small_workbook(), {SHEET: b"<worksheet><row>"}), "повреждён|Файл пуст"),
    Hostile("no-sheet.xlsx", lambda: repacked(small_workbook(), {SHEET: None}), "повреждён"),
    Hostile("twice.xlsx", _twice, "повреждён"),
    Hostile("vba.xlsx", lambda: repacked(small_workbook(), added={"xl/vbaProject.bin": b"x"}), "есть макросы"),
    Hostile("libre.xlsx", _libre, "LibreOffice"),
    Hostile("nested.xlsx", _nested, "это архив"),
    Hostile("bomb.xlsx", lambda: repacked(small_workbook(), {SHEET: bytes(64 * 2**20)}), "больше чем в 400 раз"),
    Hostile("lying.xlsx", _lying, "больше данных, чем в нём заявлено"),
    Hostile(
        "doctype.xlsx", lambda: repacked(small_workbook(), {SHEET: b"<!DOCTYPE a>" + sheet_xml("")}), "определения"
    ),
    Hostile("entities.xlsx", lambda: _with_entities("utf-8"), "определения"),
    Hostile("entities-16.xlsx", lambda: _with_entities("utf-16"), "определения"),
    Hostile("sparse.xlsx", lambda: _sparse("XFD1048576"), "не помещается в отведённую память"),
    Hostile(
        "wide.xlsx",
        lambda: _sparse("OJ8000"),
        "не помещается в отведённую память",
        limits=replace(DEFAULT, memory_mb=100),
        lifted=DEFAULT,
    ),
    Hostile(
        "expands.xlsx",
        lambda: _many_rows(80_000),
        "Внутри файла больше 1 МБ",
        limits=replace(DEFAULT, expanded_bytes=2**20),
        lifted=DEFAULT,
    ),
    Hostile(
        "slow.xlsx",
        lambda: _many_rows(30_000),
        "читается слишком долго",
        limits=replace(DEFAULT, seconds=0),
        lifted=DEFAULT,
    ),
]
HOSTILE = TEXTS + WORKBOOKS


def _ids(files: list[Hostile]) -> list[str]:
    return [file.name for file in files]


def _refused(file: Path, folder: Path, limits: Limits = DEFAULT) -> str:
    with pytest.raises(UnreadableFile) as caught:
        stage(file, folder, limits=limits)
    return str(caught.value)


@pytest.mark.parametrize("hostile", HOSTILE, ids=_ids(HOSTILE))
def test_a_hostile_file_ends_in_a_sentence_in_time_and_leaves_nothing(hostile: Hostile, tmp_path: Path) -> None:
    file, folder = tmp_path / hostile.name, tmp_path / "import"
    file.write_bytes(hostile.content())
    began = time.monotonic()
    sentence = _refused(file, folder, hostile.limits)
    assert time.monotonic() - began < WITHIN_SECONDS
    assert _search(hostile.sentence, sentence), sentence
    assert sentence.endswith(".")
    assert staged_in(folder) is None
    assert not folder.exists() or not list(folder.iterdir())


CAPPED = [hostile for hostile in HOSTILE if hostile.lifted is not None]


@pytest.mark.parametrize("hostile", CAPPED, ids=_ids(CAPPED))
def test_with_its_cap_lifted_the_same_file_is_not_refused_for_it(hostile: Hostile, tmp_path: Path) -> None:
    """A control for every cap."""
    assert hostile.lifted is not None
    file = tmp_path / hostile.name
    file.write_bytes(hostile.content())
    try:
        assert stage(file, tmp_path / "import", limits=hostile.lifted).rows >= 1
    except UnreadableFile as error:
        assert not _search(hostile.sentence, str(error))  # noqa: PT017 -- another cap may still refuse it


def _search(pattern: str, sentence: str) -> bool:
    return re.search(pattern, sentence) is not None


def _content(name: str) -> io.BytesIO:
    return io.BytesIO(next(file.content() for file in HOSTILE if file.name == name))


def _workbook_cells(name: str) -> list[tuple[str, ...]]:
    table = XlsxFormat().read(_content(name), DEFAULT)
    return [table.header, *(row.cells for row in rows_of(lines_of(table.rows, DEFAULT)))]


def test_without_the_look_for_definitions_they_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_DEFINITIONS", (b"<!NOTHING",))
    assert _workbook_cells("doctype.xlsx")[0] == ("Билет",)
    with pytest.raises(UnreadableFile, match="повреждён"):
        _workbook_cells("entities.xlsx")  # the library knows no entities either: two walls


def test_without_counting_a_lying_part_only_the_library_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_check_part", lambda _container, _part, _left: 0)
    with pytest.raises(UnreadableFile, match="Файл повреждён"):
        _workbook_cells("lying.xlsx")


def test_without_the_look_for_utf_8_a_mixed_file_would_be_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_line_of_utf_8", lambda _file: None)
    table = CsvFormat().read(_content("cp1251-then-utf-8.csv"), DEFAULT)
    assert [row.cells[0] for row in table.rows][-1] not in {"Ёлкин", "Ковалёва Анна"}


def test_without_the_bound_on_memory_a_process_takes_what_it_wants() -> None:
    program = (
        "import sys; from openlk.files.limits import DEFAULT; from openlk.files.parsing import bind;"
        "bind(DEFAULT, 0) if sys.argv[1] == 'bound' else None; print(len(bytearray(600 * 2**20)))"
    )
    statuses = [
        subprocess.run([sys.executable, "-c", program, which], capture_output=True, check=False).returncode
        for which in ("bound", "free")
    ]
    assert statuses == [1, 0]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere.csv"))


def _zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(path.parent)
        listening.bind(path.name)


STRANGE: dict[str, Callable[[Path], object]] = {
    "pipe": _pipe,
    "loop": _loop,
    "dangling": _dangling,
    "zeros": _zeros,
    "terminal": _terminal,
    "socket": _socket,
    "folder": Path.mkdir,
    "missing": lambda _path: None,
}


@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE)
def test_what_is_no_regular_file_is_refused_at_once(
    make: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "members.csv"
    make(file)
    began = time.monotonic()
    assert _search("не открывается|Такого файла нет", _refused(file, tmp_path / "import"))
    assert time.monotonic() - began < 1
    assert not (tmp_path / "import").exists()


def test_without_that_look_a_device_would_be_read_until_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "members.csv"
    _zeros(file)
    monkeypatch.setattr(staging, "_check_kind", lambda _about, _limits: None)
    assert "слишком долго" in _refused(file, tmp_path / "import", replace(DEFAULT, seconds=1))


@pytest.mark.parametrize("name", ["a\x00b.csv", "я" * 300 + ".csv"])
def test_a_name_that_cannot_be_is_refused_in_words(name: str, tmp_path: Path) -> None:
    assert "не открывается" in _refused(tmp_path / name, tmp_path / "import")


def test_harmless_files_of_odd_kinds_are_read(tmp_path: Path) -> None:
    """A control: it is not that everything odd is refused."""
    one = tmp_path / "table.csv"
    one.write_bytes(small_workbook().getvalue())
    assert stage(one, tmp_path / "1").header == ("ФИО", "Билет"), "a workbook under a wrong ending"
    two = tmp_path / "told.csv"
    two.write_text("sep=,\r\nФИО,Билет\r\nЛи Ян,1\r\n", encoding="cp1251")
    assert [row.number for row in staged_rows(stage(two, tmp_path / "2"))] == [3]
    three = tmp_path / "thousand-lines.csv"
    three.write_text('ФИО;Адрес\nЛи Ян;"' + "ул. Мира\n" * 1_000 + '"\nНик Ник;там\n', encoding="utf-16")
    assert [row.number for row in staged_rows(stage(three, tmp_path / "3"))] == [2, 1003]
    four = tmp_path / "only-header.csv"
    four.write_text("ФИО;Билет", encoding="utf-8")
    assert stage(four, tmp_path / "4").rows == 0
