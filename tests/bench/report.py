"""Goals, and the report that says which of them are met."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.measuring import Costs, cpu_ratio

MISSED = 1


@dataclass(frozen=True)
class Goal:
    """A figure that must not be above its limit."""

    title: str
    measured: float
    limit: float

    @property
    def met(self) -> bool:
        return self.measured <= self.limit


@dataclass(frozen=True)
class Report:
    """Everything that was measured, and on what."""

    date: str
    machine: Mapping[str, str]
    costs: Mapping[str, Costs]
    goals: Sequence[Goal]
    # Ratios that nothing depends on.
    notes: Mapping[str, float]
    statements: Sequence[str]


def goals_of(costs: Mapping[str, Costs], statements: Sequence[str]) -> list[Goal]:
    """The goals of the project."""
    home, login = costs["home"], costs["login"]
    return [
        Goal("вход / хеш libsodium", cpu_ratio(login, costs["libsodium"]), 1.4),
        Goal("вход / хеш argon2-cffi", cpu_ratio(login, costs["argon2-cffi"]), 0.85),
        Goal("запросов на главной, кроме области кабинета", float(len(statements)), 5),
        Goal("главная / пустая страница", cpu_ratio(home, costs["empty"]), 4),
        Goal("главная / страница почты allauth", cpu_ratio(home, costs["allauth"]), 0.2),
    ]


def notes_of(costs: Mapping[str, Costs]) -> dict[str, float]:
    """What is good to know and no goal."""
    home = costs["home"]
    return {
        "главная / страница почты allauth с постоянными соединениями": cpu_ratio(home, costs["allauth-persistent"]),
        "хеш libsodium / хеш argon2-cffi": cpu_ratio(costs["libsodium"], costs["argon2-cffi"]),
    }


def exit_status(goals: Sequence[Goal]) -> int:
    """0 when every goal is met, 1 when one is missed."""
    return 0 if all(goal.met for goal in goals) else MISSED


def _number(value: float, places: int = 2) -> str:
    text = f"{value:.{places}f}" if value != int(value) else str(int(value))
    return text.replace(".", ",")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table that is also straight in a terminal."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cells[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [line(head), f"| {' | '.join(rule)} |", *(line(row) for row in rows)]


def as_markdown(report: Report) -> str:
    """The report for people."""
    goals = [
        (each.title, _number(each.measured), f"≤ {_number(each.limit)}", "да" if each.met else "НЕТ")
        for each in report.goals
    ]
    costs = [
        (
            each.title,
            _number(each.cpu_ms),
            _number(min(c.cpu_ms for c in each.rounds)),
            _number(max(c.cpu_ms for c in each.rounds)),
            _number(each.wall_ms),
            str(each.operations),
            each.shown,
        )
        for each in report.costs.values()
    ]
    rounds = len(next(iter(report.costs.values())).rounds)
    return "\n".join(
        [
            f"# Замер скорости, {report.date}",
            "",
            *_table(("Цель", "измерено", "предел", "достигнута"), goals),
            "",
            *_table(("Для сведения", "измерено"), [(name, _number(value)) for name, value in report.notes.items()]),
            "",
            *_table(("На одно действие", "CPU, мс", "от", "до", "время, мс", "за подход", "страница"), costs),
            "",
            f"Подходов: {rounds}. Показаны медианы; отношения взяты внутри каждого подхода. Запросы идут по одному.",
            "CPU: сервер со всеми потоками и потомками и весь PostgreSQL, по счёту ядра; сама нагрузка не считается.",
            "",
            f"Запросы главной ({len(report.statements)}):",
            "",
            *(f"{number}. `{statement}`" for number, statement in enumerate(report.statements, start=1)),
            "",
            *_table(("Машина", ""), list(report.machine.items())),
            "",
        ]
    )


def write(report: Report, folder: Path) -> str:
    """Write report.md and report.json into the folder; return the text of the first."""
    text = as_markdown(report)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text, encoding="utf-8")
    data = {
        "date": report.date,
        "machine": dict(report.machine),
        "goals": [{**asdict(goal), "met": goal.met} for goal in report.goals],
        "notes": dict(report.notes),
        "costs": {
            key: {"cpu_ms": each.cpu_ms, "wall_ms": each.wall_ms, **asdict(each)} for key, each in report.costs.items()
        },
        "statements": list(report.statements),
    }
    (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return text
