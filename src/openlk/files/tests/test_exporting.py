"""What goes out is text for every spreadsheet, and reads back as it was."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlk.files import exporting
from openlk.files.exporting import ErrorFile, guarded, without_guard, write_csv
from openlk.files.formats.csv import CsvFormat
from openlk.files.limits import DEFAULT
from openlk.files.lines import lines_of, rows_of
from openlk.files.staging import stage, staged_rows

# Written anew, not taken from the code under test: signs that begin a formula, also full-width and small ones.
STARTS = "=+-@＝＋－＠﹦﹢﹣﹫"
INVISIBLE = "\u200b\u200e\u2060\ufeff\u00ad\u00a0\u2028\x01\t\r\n "
FORMULA = re.compile(f"[{INVISIBLE}]*[{re.escape(STARTS)}]|[\t\r\x00]")
SPICED = st.text(st.sampled_from(STARTS + INVISIBLE + "'\"';,\x00аЯ19"), max_size=10)
CELLS = SPICED | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e\x1f"), max_size=10)
PHONES_AND_DEBTS = [
    "+7 912 000-01-47",
    "+79120000147",
    "-12,50",
    "-0012",
    "−5",
    "@login",
    "=1+1",
    "'=1+1",
    "'+7",
    "''-",
]


def _written(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    write_csv(stream, [f"Столбец {place}" for place in range(len(rows[0]))], rows)
    return stream.getvalue()


def _imported(text: str) -> list[tuple[str, ...]]:
    table = CsvFormat().read(io.BytesIO(text.encode("utf-8-sig")), DEFAULT)
    return [row.cells for row in rows_of(lines_of(table.rows, DEFAULT))]


def _as_a_spreadsheet_sees(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def _plain(cell: str) -> str:
    """What every cell of ours is anyway: without NUL and outer spaces, line ends as one sign."""
    return cell.replace("\x00", "").strip().replace("\r\n", "\n").replace("\r", "\n")


@given(rows=st.lists(st.tuples(CELLS, CELLS, st.just("·")).map(list), min_size=1, max_size=4))
def test_no_cell_starts_a_formula_and_every_cell_reads_back(rows: list[list[str]]) -> None:
    text = _written(rows)
    assert not [cell for cells in _as_a_spreadsheet_sees(text) for cell in cells if FORMULA.match(cell)]
    assert _imported(text) == [tuple(_plain(cell) for cell in row) for row in rows]


@given(cell=CELLS)
def test_a_guard_is_taken_away_exactly_where_it_was_put(cell: str) -> None:
    assert without_guard(guarded(cell)) == cell.replace("\x00", "").strip()


@pytest.mark.parametrize("cell", PHONES_AND_DEBTS)
def test_phones_and_negative_numbers_round_trip(cell: str) -> None:
    assert _imported(_written([[cell, "·"]])) == [(cell, "·")]


@pytest.mark.parametrize("cell", ["=1+1", "+79120000147", "-12", "@x", "＝1", " \u200b=1", "=cmd|' /C calc'!A0"])
def test_without_the_guard_a_spreadsheet_would_run_it(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: the same check sees the cell when nothing guards it."""
    assert not FORMULA.match(_as_a_spreadsheet_sees(_written([[cell]]))[0][0])
    monkeypatch.setattr(exporting, "guarded", lambda each: each)
    assert FORMULA.match(_as_a_spreadsheet_sees(_written([[cell]]))[0][0])


@pytest.mark.parametrize("cell", ["=1+1", "+79120000147", "-12", "@x", "'Анна", "O'Connor", "'", "'12"])
def test_an_imported_cell_that_looks_like_a_formula_is_data(cell: str) -> None:
    assert _imported(f"a;b\r\n{cell};·\r\n") == [(cell, "·")]


def test_numbers_and_gaps_are_written_as_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    assert write_csv(file, ["Сумма", "Пусто"], [[-1250, None], [7, "a;b"]]) == 2
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row.cells for row in staged_rows(stage(file, tmp_path / "import"))] == [("-1250", ""), ("7", "a;b")]


def test_an_error_file_names_row_column_value_and_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "errors.csv"
    with ErrorFile(file) as errors:
        errors.add(7, "Телефон", "=1+1", "В номере 1 цифра, а нужно 11.")
        errors.add(9, "ФИО", "", "Значение не указано.")
    assert errors.count == 2
    assert file.read_text(encoding="utf-8-sig") == (
        "Строка;Столбец;Значение;Что не так\n"
        "7;Телефон;'=1+1;В номере 1 цифра, а нужно 11.\n"
        "9;ФИО;;Значение не указано.\n"
    )


def test_an_error_file_is_written_as_it_grows(tmp_path: Path) -> None:
    """A million refused rows are not held in memory."""
    with ErrorFile(tmp_path / "errors.csv") as errors:
        for row in range(20_000):
            errors.add(row, "Телефон", "12", "В номере 2 цифры, а нужно 11.")
        assert (tmp_path / "errors.csv").stat().st_size > 500_000
