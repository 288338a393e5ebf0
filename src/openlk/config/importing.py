"""`openlk import`, `openlk imports`, `openlk rollback`: registers from files, and back."""

import json
import sys
from pathlib import Path
from typing import Any

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinet as cabinet_named
from openlk.cabinets.scoping import scope
from openlk.config.progress import ProgressLine
from openlk.files.importing import ImportRefused, Options, run_import
from openlk.files.leases import LeaseLost
from openlk.files.models import Import
from openlk.files.queries import error_file_of, imports
from openlk.files.summary import Summary
from openlk.files.table import UnreadableFile
from openlk.files.undoing import import_of, roll_back
from openlk.kit.dates import plural
from openlk.kit.suggest import nearest
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter, importer

_SHOWN = 50
_STATES = {
    "reading": "читается",
    "applying": "записывается",
    "done": "завершена",
    "failed": "не удалась",
    "stopped": "остановлена",
    "rolling_back": "отменяется",
    "rolled_back": "отменена",
}
_COUNTS = ("new", "changed", "unchanged", "refused", "returned", "ended")


def _report(summary: Summary) -> str:
    more = (("Вернулись", summary.returned), ("Прекращено", summary.ended))
    return (
        f"Новых: {summary.new}. Изменено: {summary.changed}. Без изменений: {summary.unchanged}. "
        f"Не принято: {summary.refused}." + "".join(f" {words}: {count}." for words, count in more if count)
    )


def _as_json(summary: Summary, *, rehearsal: bool) -> str:
    return json.dumps(
        {
            **{name: getattr(summary, name) for name in _COUNTS},
            "problems": [problem.as_dict() for problem in summary.problems],
            "problem_count": summary.problem_count,
            "remarks": summary.remarks,
            "import": summary.import_id,
            "dry_run": rehearsal,
        },
        ensure_ascii=False,
        indent=2,
    )


def _importer(cabinet: Cabinet, name: str) -> RegisterImporter | None:
    found = importer(cabinet, name)
    if found is None:
        registers = registers_of(cabinet)
        hint = nearest(name, registers)
        maybe = f" Может быть, «{hint}»?" if hint else ""
        print(f"Реестра «{name}» в кабинете нет. Есть: {', '.join(registers)}.{maybe}", file=sys.stderr)
    return found


def _tell_problems(summary: Summary, errors: Path | None) -> None:
    for problem in summary.problems[:_SHOWN]:
        print(problem, file=sys.stderr)
    rest = summary.problem_count - min(_SHOWN, len(summary.problems))
    kept = errors or (error_file_of(summary.import_id) if summary.import_id is not None else None)
    if rest > 0:
        where = f"Все они в файле {kept}." if kept else "Все они будут в файле, если указать --errors ФАЙЛ."
        print(f"И ещё {rest} {plural(rest, 'ошибка', 'ошибки', 'ошибок')}. {where}", file=sys.stderr)
    for remark in summary.remarks:
        print(remark, file=sys.stderr)


def import_register(slug: str, register_name: str, file: Path, options: Options, *, as_json: bool) -> int:
    """Import a file; refused rows are named on stderr. Returns 0 when all rows were taken, 1 otherwise."""
    found = _importer(cabinet_named(slug), register_name)
    if found is None:
        return 1
    try:
        with ProgressLine(sys.stderr) as line:
            summary = run_import(found, file, options, line.show)
    except (UnreadableFile, ImportRefused) as error:
        print(f"{file.name}: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, LeaseLost):
        print("Загрузка прервана. Повторите ту же команду: она продолжит с того же места.", file=sys.stderr)
        return 1
    _tell_problems(summary, options.errors)
    if options.rehearse:
        print("Это была проверка: в реестре ничего не изменилось.", file=sys.stderr)
    print(_as_json(summary, rehearsal=options.rehearse) if as_json else _report(summary))
    return 1 if summary.refused else 0


def _record(record: Import) -> dict[str, Any]:
    return {
        "import": record.pk,
        "register": record.name,
        "state": record.state,
        "file": record.file_name,
        "started_at": record.started_at.isoformat(),
        "finished_at": record.finished_at.isoformat() if record.finished_at else None,
        **{name: getattr(record, name) for name in _COUNTS},
        "reason": record.reason,
        "remarks": record.remarks,
        "errors": str(error_file_of(record.pk) or "") or None,
    }


def _line(record: Import) -> str:
    state = _STATES.get(record.state, record.state)
    counts = Summary(record.new, record.changed, record.returned, record.unchanged, record.ended, record.refused)
    after = record.reason if record.state in {"failed", "stopped"} else _report(counts)
    return f"№ {record.pk} · {record.started_at:%d.%m.%Y %H:%M} · {record.name} · {record.file_name} · {state}. {after}"


def list_imports(slug: str, *, as_json: bool) -> int:
    """The cabinet's imports, the newest first."""
    with scope(cabinet_named(slug)):
        records = list(imports())
        if as_json:
            print(json.dumps([_record(each) for each in records], ensure_ascii=False, indent=2))
            return 0
        for each in records:
            print(_line(each))
    if not records:
        print("Загрузок ещё не было.", file=sys.stderr)
    return 0


def roll_import_back(slug: str, import_id: int) -> int:
    """Give the register back what it held before an import. Returns 0, or 1 when that is not possible."""
    cabinet = cabinet_named(slug)
    try:
        found = _importer(cabinet, import_of(cabinet, import_id).name)
        if found is None:
            return 1
        with ProgressLine(sys.stderr) as line:
            record = roll_back(found, import_id, line.show)
    except ImportRefused as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, LeaseLost):
        print("Отмена прервана. Повторите ту же команду: она продолжит с того же места.", file=sys.stderr)
        return 1
    for remark in record.remarks:
        print(remark, file=sys.stderr)
    print(f"Загрузка № {import_id} отменена: реестр такой же, как до неё.")
    return 0
