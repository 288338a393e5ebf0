"""What an import says, how fast it goes, and who may be at it."""

import time

import pytest

from openlk.files import pace as pace_module
from openlk.files.pace import Pace
from openlk.files.summary import RowProblem
from openlk.kit import clock


def test_a_problem_is_a_sentence_with_row_column_and_value() -> None:
    problem = RowProblem(7, "Телефон", "12", "Проверьте номер.")
    assert str(problem) == "Строка 7, «Телефон»: Проверьте номер. Значение: «12»."
    assert str(RowProblem(7, "", "", "Пусто.")) == "Строка 7: Пусто."
    assert len(str(RowProblem(7, "Телефон", "1" * 500, "Проверьте номер."))) < 130


class Sqlite:
    vendor = "sqlite"


class Postgresql:
    vendor = "postgresql"


def _after(seconds_a_row: float, ranges: int = 20) -> int:
    pace = Pace()
    for _ in range(ranges):
        pace.note(pace.rows * seconds_a_row)
    return pace.rows


@pytest.mark.parametrize(
    ("microseconds", "rows"), [(1, 2000), (20, 2000), (40, 1500), (100, 600), (600, 100), (100_000, 50)]
)
def test_on_sqlite_a_range_takes_60_ms_and_never_more_than_2000_rows(
    monkeypatch: pytest.MonkeyPatch, microseconds: int, rows: int
) -> None:
    monkeypatch.setattr(pace_module, "connection", Sqlite)
    assert _after(microseconds / 1e6) == pytest.approx(rows, rel=0.05)


def test_postgresql_keeps_nobody_waiting_and_takes_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "connection", Postgresql)
    assert _after(40 / 1e6) == pytest.approx(6_000, rel=0.05)


def test_one_slow_write_is_no_reason_to_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "connection", Sqlite)
    pace = Pace()
    for _ in range(20):
        pace.note(pace.rows * 40 / 1e6)
    before = pace.rows
    pace.note(5.0)
    assert before / 4 <= pace.rows < before
    pace.note(pace.rows * 40 / 1e6)
    assert pace.rows > before / 2


def test_the_others_get_their_turn_between_two_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    now = [100.0]
    monkeypatch.setattr(pace_module, "connection", Sqlite)
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", slept.append)
    pace = Pace()
    pace.note(0.06)
    now[0] += 0.01
    pace.rest()
    assert slept == [pytest.approx(0.02)]
    pace.note(0.06)
    now[0] += 0.05
    pace.rest()
    assert len(slept) == 1, "what was done meanwhile counts as peace"
