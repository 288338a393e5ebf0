"""CSV as people send it: whatever their program made of the letters, the separators and the quotes."""

import codecs
from collections.abc import Callable
from io import BytesIO

import pytest

from openlk.files import encodings
from openlk.files.encodings import encoding_of
from openlk.files.formats.csv import CsvFormat
from openlk.files.limits import DEFAULT
from openlk.files.lines import lines_of, rows_of
from openlk.files.table import Row, UnreadableFile

TEXT = "ФИО;Номер\r\nКовалёва Анна;0012\r\nЛи Ян;34\r\n"
ROWS = [Row(2, ("Ковалёва Анна", "0012")), Row(3, ("Ли Ян", "34"))]

ENCODERS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with BOM": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 LE with BOM": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 BE with BOM": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "cp1251": lambda text: text.encode("cp1251"),
}


def _read(text: str | bytes) -> tuple[tuple[str, ...], list[Row]]:
    table = CsvFormat().read(BytesIO(text if isinstance(text, bytes) else text.encode()), DEFAULT)
    return table.header, list(rows_of(lines_of(table.rows, DEFAULT)))


def _refused(text: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        _read(text)
    return str(caught.value)


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("header", ["ФИО;Номер", "full_name;union_card"])
def test_every_encoding_gives_the_same_rows(encode: Callable[[str], bytes], header: str) -> None:
    assert _read(encode(TEXT.replace("ФИО;Номер", header))) == (tuple(header.split(";")), ROWS)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_every_separator_and_line_end_is_read(separator: str, line_end: str) -> None:
    text = TEXT.replace("\r\n", line_end).replace(";", separator)
    assert _read(text) == (("ФИО", "Номер"), ROWS)


def test_a_separator_inside_quotes_does_not_decide() -> None:
    header, rows = _read('"Фамилия, имя, отчество, всё вместе";Номер\n"Ли, Ян";1\n')
    assert header == ("Фамилия, имя, отчество, всё вместе", "Номер")
    assert rows == [Row(2, ("Ли, Ян", "1"))]


def test_a_quoted_cell_may_hold_line_ends_quotes_and_separators() -> None:
    _, rows = _read('ФИО;Адрес\n"Ли ""младший"" Ян";"ул. Мира; 1\nкв. 2"\nНик;там\n')
    assert rows == [Row(2, ('Ли "младший" Ян', "ул. Мира; 1\nкв. 2")), Row(4, ("Ник", "там"))]


def test_rows_are_numbered_as_a_person_counts_lines() -> None:
    _, rows = _read("ФИО;Номер\n\nЛи Ян;1\n;\n\nНик;2\n")
    assert [row.number for row in rows] == [3, 6]


def test_spaces_around_a_cell_do_not_count() -> None:
    assert _read(" ФИО ; Номер \n  Ли Ян\t;\u00a01 \n") == (("ФИО", "Номер"), [Row(2, ("Ли Ян", "1"))])


def test_a_short_row_stays_short_and_a_long_one_long() -> None:
    """Which of the two is wrong is for the importer to say."""
    assert _read("a;b\n1\n1;2;3\n")[1] == [Row(2, ("1",)), Row(3, ("1", "2", "3"))]


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert _read("ФИО;Номер") == (("ФИО", "Номер"), [])


@pytest.mark.parametrize("content", [b"", b"  \r\n\r\n", codecs.BOM_UTF8, b";;;\n;;\n", b'""\n'])
def test_an_empty_file_is_said_to_be_empty(content: bytes) -> None:
    assert _refused(content).startswith("Файл пуст.")


@pytest.mark.parametrize("text", ['ФИО;Номер\n"Ли Ян;1\nНик;2\n', 'ФИО;Номер\nНик;2\n"Ли" Ян;1\n'])
def test_a_broken_quote_is_named_by_its_row(text: str) -> None:
    sentence = _refused(text)
    assert "не сходятся кавычки" in sentence
    assert sentence.startswith(("Строка 2", "Строка 3"))


def test_a_quote_that_swallows_the_rest_of_a_large_file_is_noticed() -> None:
    assert "ячейка длиннее" in _refused('ФИО;Номер\n"Ли Ян;1\n' + "Ник;2\n" * 3000 + 'Ян";1\n')


def test_letters_that_cannot_be_read_are_said_to_be_so() -> None:
    assert "кодировке UTF-8" in _refused("ФИО".encode() + b"\x98\xff;1\n")


def test_cp1251_is_tried_only_after_utf_8() -> None:
    """A control: every cp1251 byte but one is a letter, so the order decides."""
    assert encoding_of(BytesIO("Ёлка".encode())) == "utf-8"
    assert encoding_of(BytesIO("Ёлка".encode("cp1251"))) == "cp1251"


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("piece", range(64, 72))
def test_letters_cut_by_the_end_of_a_piece_are_read(
    encode: Callable[[str], bytes], piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "PIECE_BYTES", piece)
    assert _read(encode(TEXT * 20))[1][:2] == ROWS


@pytest.mark.parametrize("told", ["sep=,", '"sep=,"', "sep=;", "sep=|"])
def test_a_line_that_tells_the_separator_is_no_header(told: str) -> None:
    text = TEXT.replace(";", told.strip('"')[-1])
    assert _read(f"{told}\r\n{text}") == (("ФИО", "Номер"), [Row(3, ROWS[0].cells), Row(4, ROWS[1].cells)])


def test_empty_titles_at_the_end_do_not_count() -> None:
    assert _read("ФИО;;Номер;;\nЛи Ян;;1;;\n") == (("ФИО", "", "Номер"), [Row(2, ("Ли Ян", "", "1", "", ""))])


def test_a_word_of_cp1251_that_looks_like_utf_8_for_a_letter_does_not_decide() -> None:
    """«Пё» is a valid letter of UTF-8; the lines around it are not."""
    assert _read("ФИО;Номер\nПёдор Анна;1\n".encode("cp1251"))[1] == [Row(2, ("Пёдор Анна", "1"))]
