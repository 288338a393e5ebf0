"""A missed goal is said and ends the run with 1."""

import json
from pathlib import Path

import pytest

from tests.bench.measuring import Cost, Costs, cpu_ratio
from tests.bench.report import Goal, Report, exit_status, goals_of, notes_of, write

# Milliseconds of CPU, with which every goal is met.
FAST = {
    "libsodium": 10.0,
    "argon2-cffi": 17.0,
    "login": 13.0,
    "home": 2.0,
    "empty": 1.5,
    "allauth": 12.0,
    "allauth-persistent": 7.0,
    "allauth-login": 300.0,
    "allauth-signup": 300.0,
    "registration": 24.0,
    "among-many": 25.0,
}
STATEMENTS = ["SELECT 1", "SELECT 2", "SELECT 3"]


def _costs(**slower: float) -> dict[str, Costs]:
    """Three rounds, the last of them on a machine that was three times as busy."""
    return {
        key: Costs(key, 10, "", tuple(Cost(cpu_ms * busy, cpu_ms * busy) for busy in (1.0, 1.1, 3.0)))
        for key, cpu_ms in {**FAST, **slower}.items()
    }


def _report(costs: dict[str, Costs], statements: list[str]) -> Report:
    return Report("2026-01-01", {"ядра": "2"}, costs, goals_of(costs, statements), notes_of(costs), statements)


def test_all_goals_met_is_0() -> None:
    assert exit_status(goals_of(_costs(), STATEMENTS)) == 0


@pytest.mark.parametrize(
    ("slower", "statements", "missed"),
    [
        ({"login": 14.1}, STATEMENTS, ["вход / хеш libsodium"]),
        ({"argon2-cffi": 16.5, "login": 14.1}, STATEMENTS, ["вход / хеш libsodium", "вход / хеш argon2-cffi"]),
        ({"registration": 25.1}, STATEMENTS, ["регистрация целиком / хеш libsodium"]),
        ({"among-many": 29.0}, STATEMENTS, ["регистрация в большом реестре / в малом"]),
        ({}, STATEMENTS * 2, ["запросов на главной, кроме области кабинета"]),
        ({"empty": 0.4}, STATEMENTS, ["главная / пустая страница"]),
        ({"home": 2.5}, STATEMENTS, ["главная / страница почты allauth"]),
    ],
)
def test_each_missed_goal_is_1(slower: dict[str, float], statements: list[str], missed: list[str]) -> None:
    goals = goals_of(_costs(**slower), statements)
    assert [goal.title for goal in goals if not goal.met] == missed
    assert exit_status(goals) == 1


def test_the_limit_itself_is_met() -> None:
    assert exit_status([Goal("цель", 1.4, 1.4)]) == 0


def test_a_figure_that_is_none_is_missed() -> None:
    assert exit_status([Goal("цель", float("nan"), 1.4)]) == 1


def test_a_goal_that_the_machine_forbids_is_not_judged_and_says_why(tmp_path: Path) -> None:
    """Here libsodium's hash costs nearly what another library's does: no login can be cheaper than that."""
    costs = _costs(**{"argon2-cffi": 11.0})
    (goal,) = [each for each in goals_of(costs, STATEMENTS) if "argon2-cffi" in each.title]
    assert goal.measured > goal.limit
    assert goal.met
    text = write(_report(costs, STATEMENTS), tmp_path)
    assert "не судим" in text
    assert "«вход / хеш argon2-cffi»: хеш libsodium здесь сам 0,91 хеша argon2-cffi." in text
    assert json.loads((tmp_path / "report.json").read_text())["goals"][1]["unjudged"]


def test_a_ratio_is_taken_inside_each_round() -> None:
    """A round in which everything was slow says as much as another."""
    costs = _costs()
    assert cpu_ratio(costs["login"], costs["libsodium"]) == pytest.approx(1.3)


def test_the_report_says_what_was_missed(tmp_path: Path) -> None:
    text = write(_report(_costs(home=2.5), STATEMENTS), tmp_path / "bench")
    (row,) = [line for line in text.splitlines() if "главная / страница почты allauth " in line and "≤" in line]
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["0,21", "≤ 0,20", "НЕТ"]
    assert (tmp_path / "bench" / "report.md").read_text() == text
    data = json.loads((tmp_path / "bench" / "report.json").read_text())
    assert [goal["met"] for goal in data["goals"]] == [True, True, True, True, True, True, False]
    assert data["costs"]["home"]["cpu_ms"] == pytest.approx(2.75)
