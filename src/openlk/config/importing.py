"""`openlk import`: a register from a file."""

import json
import sys
from pathlib import Path

from openlk.cabinets.registry import cabinet as cabinet_named
from openlk.files.importing import Summary, run_import
from openlk.files.table import UnreadableFile
from openlk.kit.suggest import nearest
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter


def _report(summary: Summary) -> str:
    return (
        f"Новых: {summary.new}. Изменено: {summary.changed}. Без изменений: {summary.unchanged}. "
        f"Не принято: {summary.refused}."
    )


def _as_json(summary: Summary) -> str:
    problems = [vars(problem) for problem in summary.problems]
    counts = {name: getattr(summary, name) for name in ("new", "changed", "unchanged", "refused")}
    return json.dumps({**counts, "problems": problems}, ensure_ascii=False, indent=2)


def import_register(slug: str, register_name: str, file: Path, *, as_json: bool) -> int:
    """Import a file; every refused row is named on stderr. Returns 0 when all rows were taken, 1 otherwise."""
    cabinet = cabinet_named(slug)
    registers = registers_of(cabinet)
    if register_name not in registers:
        hint = nearest(register_name, registers)
        maybe = f" Может быть, «{hint}»?" if hint else ""
        print(f"Реестра «{register_name}» в кабинете нет. Есть: {', '.join(registers)}.{maybe}", file=sys.stderr)
        return 1
    summary = Summary()
    try:
        for summary in run_import(RegisterImporter(cabinet, register_name, registers[register_name]), file):
            print(_report(summary), file=sys.stderr)
    except UnreadableFile as error:
        print(f"{file.name}: {error}", file=sys.stderr)
        return 1
    for problem in summary.problems:
        print(problem, file=sys.stderr)
    print(_as_json(summary) if as_json else _report(summary))
    return 1 if summary.refused else 0
