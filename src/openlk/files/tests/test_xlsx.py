"""XLSX as Excel saves it: what a person sees in a cell is what the register gets."""

from datetime import UTC, datetime, time

import pytest

from openlk.files.formats.xlsx import XlsxFormat
from openlk.files.limits import DEFAULT
from openlk.files.lines import lines_of, rows_of
from openlk.files.table import Row, Table, UnreadableFile
from openlk.files.tests.workbooks import Book, Fill, workbook


def _table(fill: Fill) -> tuple[Table, list[Row]]:
    table = XlsxFormat().read(workbook(fill), DEFAULT)
    return table, list(rows_of(lines_of(table.rows, DEFAULT)))


def _column(*values: object, number_format: str = "") -> list[str]:
    """What comes of values below one title."""

    def fill(book: Book) -> None:
        style = book.add_format({"num_format": number_format}) if number_format else None
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Значение", "Мимо"])
        for row, value in enumerate(values, 1):
            sheet.write(row, 0, value, style)
            sheet.write(row, 1, "·")

    return [row.cells[0] for row in _table(fill)[1]]


def test_a_card_number_kept_as_a_number_comes_back_as_its_digits() -> None:
    assert _column(66014238175, 123456789012345, 1, 0, -7) == ["66014238175", "123456789012345", "1", "0", "-7"]


def test_fractions_are_written_without_an_exponent() -> None:
    assert _column(12.5, 0.0000001, -0.25) == ["12.5", "0.0000001", "-0.25"]


def test_leading_zeros_of_text_stay() -> None:
    assert _column("0012", "+7 912 000-01-47") == ["0012", "+7 912 000-01-47"]


@pytest.mark.parametrize("number", [10**15, 1234567890123456, 79000000000000000000, -(10**15)])
def test_a_number_of_more_than_fifteen_digits_is_a_fault_of_its_row(number: int) -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ФИО", "Билет"])
        sheet.write_row(1, 0, ["Ли Ян", number])
        sheet.write_row(2, 0, ["Ник Ник", 999_999_999_999_999])

    _, (bad, good) = _table(fill)
    assert [index for index, _ in bad.faults] == [1]
    assert "длиннее 15 цифр" in bad.faults[0][1]
    assert "e" not in bad.cells[1].lower()
    assert good == Row(3, ("Ник Ник", "999999999999999"))


def test_dates_times_and_booleans_are_what_a_person_sees() -> None:
    assert _column(datetime(2025, 12, 14, tzinfo=UTC).replace(tzinfo=None), number_format="dd.mm.yyyy") == [
        "14.12.2025"
    ]
    at = datetime(2025, 12, 14, 10, 30, tzinfo=UTC).replace(tzinfo=None)
    assert _column(at, number_format="dd.mm.yyyy hh:mm") == ["14.12.2025 10:30"]
    assert _column(time(9, 5), number_format="hh:mm") == ["09:05:00"]
    assert _column(True, False) == ["ИСТИНА", "ЛОЖЬ"]


@pytest.mark.parametrize(("number_format", "noted"), [("00000000000", True), ("0", False), ("0.00", False)])
def test_zeros_that_only_a_format_shows_are_noted(number_format: str, noted: bool) -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Билет"])
        sheet.write(1, 0, 12, book.add_format({"num_format": number_format}))

    table, rows = _table(fill)
    assert rows[0].cells == ("12",)
    assert ("нули не прочитаны" in table.note) is noted


def test_what_a_formula_came_to_counts() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ФИО", "Билет"])
        sheet.write_formula(1, 0, '=A1&" Ян"', None, "Ли Ян")
        sheet.write_formula(1, 1, "=6*7", None, 42)

    assert _table(fill)[1] == [Row(2, ("Ли Ян", "42"))]


def test_rows_are_numbered_as_in_the_sheet_and_empty_ones_skipped() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["ФИО", "Билет"])
        sheet.write_row(4, 1, ["Ли Ян", 1])
        sheet.write_row(8, 1, ["  ", ""])
        sheet.write_row(9, 1, ["Ник Ник", 2])

    table, rows = _table(fill)
    assert table.header == ("ФИО", "Билет")
    assert rows == [Row(5, ("Ли Ян", "1")), Row(10, ("Ник Ник", "2"))]


def test_hidden_rows_count_and_a_merged_cell_counts_once() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ФИО", "Билет"])
        sheet.write_row(1, 0, ["Ли Ян", 1])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.merge_range(2, 0, 3, 0, "Ник Ник")
        sheet.write(2, 1, 2)
        sheet.write(3, 1, 3)

    assert _table(fill)[1] == [Row(2, ("Ли Ян", "1")), Row(3, ("Ник Ник", "2")), Row(4, ("", "3"))]


def _sheets(*, hide_first: bool) -> Fill:
    def fill(book: Book) -> None:
        first, _empty, third = (book.add_worksheet(name) for name in ("Первый", "Пустой", "Третий"))
        first.write_row(0, 0, ["ФИО"])
        third.write_row(0, 0, ["Билет"])
        if hide_first:
            first.hide()
            third.activate()

    return fill


def test_the_first_visible_sheet_that_is_filled_is_read_and_named() -> None:
    table, _ = _table(_sheets(hide_first=True))
    assert table.header == ("Билет",)
    assert "«Третий»" in table.note
    shown, _ = _table(_sheets(hide_first=False))
    assert shown.header == ("ФИО",)
    assert "«Первый»" in shown.note


def test_a_single_sheet_needs_no_note() -> None:
    def fill(book: Book) -> None:
        book.add_worksheet().write_row(0, 0, ["ФИО"])

    assert _table(fill)[0].note == ""


def test_a_workbook_without_rows_is_said_to_be_empty() -> None:
    with pytest.raises(UnreadableFile, match=r"Файл пуст\."):
        _table(lambda book: book.add_worksheet())


def test_several_lines_links_and_mixed_fonts_are_their_text() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Адрес", "Почта", "ФИО"])
        sheet.write_string(1, 0, " ул. Мира\nкв. 2 ")
        sheet.write_url(1, 1, "mailto:a@pochta.example", string="a@pochta.example")
        sheet.write_rich_string(1, 2, "Ли ", book.add_format({"bold": True}), "Ян")

    assert _table(fill)[1] == [Row(2, ("ул. Мира\nкв. 2", "a@pochta.example", "Ли Ян"))]
