"""A file is read whole before a row of it is written."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.files import importing
from openlk.files.importing import BATCH_ROWS, Importer, RowProblem, Summary, format_for, run_import
from openlk.files.table import Row, UnreadableFile


class Collecting(Importer):
    """Takes everything, and says so."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def prepare(self, header: Sequence[str]) -> None:
        if "wrong" in header:
            raise UnreadableFile("Такого столбца мы не ждали.")

    def apply(self, rows: Sequence[Row]) -> Summary:
        self.batches.append(len(rows))
        return Summary(new=len(rows))


def _file(folder: Path, text: str, name: str = "members.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def _imported(cabinet: Cabinet, file: Path) -> tuple[list[int], list[int]]:
    importer = Collecting()
    totals = [summary.new for summary in run_import(importer, file)]
    return importer.batches, totals


def _refused(cabinet: Cabinet, file: Path) -> tuple[str, list[int]]:
    importer = Collecting()
    with pytest.raises(UnreadableFile) as caught:
        list(run_import(importer, file))
    return str(caught.value), importer.batches


@pytest.mark.parametrize(
    ("rows", "batches"),
    [(0, []), (1, [1]), (BATCH_ROWS, [BATCH_ROWS]), (BATCH_ROWS + 1, [BATCH_ROWS, 1])],
)
def test_no_batch_is_larger_than_a_transaction_may_be(
    cabinet: Cabinet, tmp_path: Path, rows: int, batches: list[int]
) -> None:
    file = _file(tmp_path, "a;b\n" + "1;2\n" * rows)
    assert _imported(cabinet, file)[0] == batches
    assert BATCH_ROWS == 2000


def test_the_summary_runs_along_and_comes_for_no_rows_too(cabinet: Cabinet, tmp_path: Path) -> None:
    assert len(_imported(cabinet, _file(tmp_path, "a;b\n"))[1]) == 1
    importer, seen = Collecting(), []
    for summary in run_import(importer, _file(tmp_path, "a;b\n" + "1;2\n" * 4001)):
        seen.append(summary.new)
    assert seen == [2000, 4000, 4001]


def test_a_broken_last_line_leaves_the_register_untouched(cabinet: Cabinet, tmp_path: Path) -> None:
    sentence, batches = _refused(cabinet, _file(tmp_path, "a;b\n" + "1;2\n" * 2500 + '"1;2\n'))
    assert "не сходятся кавычки" in sentence
    assert batches == []


def test_without_the_last_line_the_same_file_is_taken(cabinet: Cabinet, tmp_path: Path) -> None:
    """A control: it is the broken quote that keeps the rows out."""
    assert _imported(cabinet, _file(tmp_path, "a;b\n" + "1;2\n" * 2500))[0] == [2000, 500]


def test_a_header_that_is_not_understood_writes_nothing(cabinet: Cabinet, tmp_path: Path) -> None:
    assert _refused(cabinet, _file(tmp_path, "wrong;b\n1;2\n")) == ("Такого столбца мы не ждали.", [])


def test_a_missing_file_is_said_to_be_missing(cabinet: Cabinet, tmp_path: Path) -> None:
    assert _refused(cabinet, tmp_path / "nosuch.csv")[0].startswith("Такого файла нет")
    assert _refused(cabinet, tmp_path)[0].startswith("Файл не открывается")


def test_a_file_that_is_too_large_is_not_even_read(
    cabinet: Cabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_FILE_BYTES", 2**20)
    assert _refused(cabinet, _file(tmp_path, "a;b\n" * 2**19))[0].startswith("Файл больше 1 МБ")


@pytest.mark.parametrize("name", ["members.csv", "MEMBERS.CSV", "members.txt", "members.tsv"])
def test_a_text_table_is_known_by_its_ending(cabinet: Cabinet, tmp_path: Path, name: str) -> None:
    assert _imported(cabinet, _file(tmp_path, "a;b\n1;2\n", name))[0] == [1]


@pytest.mark.parametrize("name", ["members.pdf", "members", "members.csv.exe"])
def test_another_ending_is_refused_with_those_that_fit(name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"Подходят: .*\.csv"):
        format_for(Path(name))


def test_a_problem_is_a_sentence_with_row_column_and_value() -> None:
    problem = RowProblem(7, "Телефон", "12", "Проверьте номер.")
    assert str(problem) == "Строка 7, «Телефон»: Проверьте номер. Значение: «12»."
    assert str(RowProblem(7, "", "", "Пусто.")) == "Строка 7: Пусто."
    assert len(str(RowProblem(7, "Телефон", "1" * 500, "Проверьте номер."))) < 130
