"""Goals, and the report that says which of them are met."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.measuring import Costs, cpu_ratio

MISSED = 1
OVER_HASH = 1.4
BELOW_ARGON2 = 0.85


@dataclass(frozen=True)
class Goal:
    """A figure that must not be above its limit. `unjudged`: why it cannot be held against it on this machine."""

    title: str
    measured: float
    limit: float
    unjudged: str = ""

    @property
    def met(self) -> bool:
        return bool(self.unjudged) or self.measured <= self.limit

    @property
    def verdict(self) -> str:
        """The word in the report."""
        return "не судим" if self.unjudged else "да" if self.met else "НЕТ"


@dataclass(frozen=True)
class Section:
    """What else the report shows, in lines of Markdown."""

    title: str
    lines: Sequence[str]


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
    sections: Sequence[Section] = ()


def _of_argon2(costs: Mapping[str, Costs]) -> Goal:
    """A login costs 1.4 hashes at most; it costs less than another library's hash only where ours does.

    libsodium asks the system for its 19 MiB at every hash. In pages of 4 KiB that is nearly half of its time, in huge
    ones a tenth; which it gets is the machine's choice (decision 006).
    """
    bare = cpu_ratio(costs["libsodium"], costs["argon2-cffi"])
    reason = f"хеш libsodium здесь сам {number(bare)} хеша argon2-cffi" if bare > BELOW_ARGON2 / OVER_HASH else ""
    return Goal("вход / хеш argon2-cffi", cpu_ratio(costs["login"], costs["argon2-cffi"]), BELOW_ARGON2, reason)


def goals_of(costs: Mapping[str, Costs], statements: Sequence[str]) -> list[Goal]:
    """The goals of the project."""
    home, login = costs["home"], costs["login"]
    return [
        Goal("вход / хеш libsodium", cpu_ratio(login, costs["libsodium"]), OVER_HASH),
        _of_argon2(costs),
        Goal("регистрация целиком / хеш libsodium", cpu_ratio(costs["registration"], costs["libsodium"]), 2.5),
        Goal("регистрация в большом реестре / в малом", cpu_ratio(costs["among-many"], costs["registration"]), 1.2),
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
        "вход / вход allauth": cpu_ratio(costs["login"], costs["allauth-login"]),
        "регистрация целиком / регистрация allauth": cpu_ratio(costs["registration"], costs["allauth-signup"]),
    }


def exit_status(goals: Sequence[Goal]) -> int:
    """0 when every goal is met, 1 when one is missed."""
    return 0 if all(goal.met for goal in goals) else MISSED


def number(value: float, places: int = 2) -> str:
    """As people write it: a comma, and no noughts behind a whole number."""
    text = f"{value:.{places}f}" if value != int(value) else str(int(value))
    return text.replace(".", ",")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
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
    goals = [(each.title, number(each.measured), f"≤ {number(each.limit)}", each.verdict) for each in report.goals]
    costs = [
        (
            each.title,
            number(each.cpu_ms),
            number(min(c.cpu_ms for c in each.rounds)),
            number(max(c.cpu_ms for c in each.rounds)),
            number(each.wall_ms),
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
            *table(("Цель", "измерено", "предел", "достигнута"), goals),
            "",
            *(f"«{each.title}»: {each.unjudged}.\n" for each in report.goals if each.unjudged),
            *table(("Для сведения", "измерено"), [(name, number(value)) for name, value in report.notes.items()]),
            "",
            *table(("На одно действие", "CPU, мс", "от", "до", "время, мс", "за подход", "страница"), costs),
            "",
            f"Подходов: {rounds}. Показаны медианы; отношения взяты внутри каждого подхода. Запросы идут по одному.",
            "CPU: сервер со всеми потоками и потомками и весь PostgreSQL, по счёту ядра; сама нагрузка не считается.",
            "",
            f"Запросы главной ({len(report.statements)}):",
            "",
            *(f"{place}. `{statement}`" for place, statement in enumerate(report.statements, start=1)),
            "",
            *(line for section in report.sections for line in (f"## {section.title}", "", *section.lines, "")),
            *table(("Машина", ""), list(report.machine.items())),
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
        "sections": [asdict(section) for section in report.sections],
    }
    (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return text
