"""The import's part of `make bench`: both databases, each in a process of its own, against the goals."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.bench.report import Goal, Section
from tests.support.scale import scaled
from tests.support.world import ROOT

MILLION = 1_000_000
NAMES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}


def _figures(database: str, rows: int) -> dict[str, Any]:
    found = subprocess.run(
        [sys.executable, "-m", "tests.bench.importing", str(rows)],
        cwd=ROOT,
        env={**os.environ, "OPENLK_TEST_DATABASE": database, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def _goals(name: str, found: Mapping[str, Any]) -> list[Goal]:
    quickest, rows = found["quickest_seconds"], found["rows"]
    limit = "COPY" if name == NAMES["postgres"] else "executemany"
    speed = rows / found["first_seconds"]
    goals = [
        Goal(f"{name}: первая загрузка / {limit}, время", found["first_seconds"] / quickest, 4.0),
        Goal(f"{name}: повторная, 2 % изменено / {limit}, время", found["again_seconds"] / quickest, 1.0),
        Goal(f"{name}: память загрузки, МБ", found["peak_mb"], 120),
        Goal(
            f"{name}: django-import-export с той же работой, в 50 раз медленнее",
            50 * found["peer"]["same"] / speed,
            1.0,
        ),
    ]
    if found["waited_ms"]:
        goals.append(Goal(f"{name}: другая запись ждёт, мс", found["waited_ms"]["most"], 300))
    return goals


def _lines(name: str, found: Mapping[str, Any]) -> list[str]:
    rows, peer = found["rows"], found["peer"]
    ours = rows / found["first_seconds"]
    times = (
        f"{name}, {rows} строк: без проверок и сравнений {found['quickest_seconds']:.1f} с, первая загрузка "
        f"{found['first_seconds']:.1f} с, повторная {found['again_seconds']:.1f} с; память {found['peak_mb']:.0f} МБ, "
        f"на 100 000 строк {found['peak_mb_of_a_tenth']:.0f} МБ."
    )
    speeds = (
        f"Строк в секунду: у нас {ours:.0f}; django-import-export: с той же работой {peer['same']:.0f}, в одну таблицу "
        f"без проверок {peer['stock']:.0f}, так же в пакетном режиме {peer['bulk']:.0f}."
    )
    return [times, speeds]


def imports_measured() -> tuple[list[Goal], Section]:
    """The goals of the import on both databases, at a million rows (OPENLK_TEST_SCALE changes how many)."""
    goals: list[Goal] = []
    lines: list[str] = []
    for database, name in NAMES.items():
        found = _figures(database, scaled(MILLION))
        goals += _goals(name, found)
        lines += _lines(name, found)
    return goals, Section("Загрузка реестра", lines)
