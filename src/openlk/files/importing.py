"""Importing a file: staged, planned, then written in ranges; whatever kills it, the same command goes on.

Each room that takes tables offers an `Importer` in a file `imports.py`.
"""

import gc
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import F

from openlk.cabinets.scoping import scope
from openlk.files.exporting import ErrorFile
from openlk.files.importer import Counts, Importer, Planned
from openlk.files.leases import Lease, folder_of, private_folder, root, take, this_host
from openlk.files.models import UNFINISHED, Import
from openlk.files.pace import Pace
from openlk.files.scratch import Scratch
from openlk.files.staging import file_sha256, stage
from openlk.files.summary import SHOWN_PROBLEMS, RowProblem, Summary
from openlk.files.table import UnreadableFile
from openlk.kit import clock

ERRORS = "errors.csv"
REHEARSALS = "rehearsal-"
READING, PLANNING, WRITING = "Читаем файл", "Проверяем строки", "Записываем"
_TRIES = 3


class ImportRefused(Exception):
    """The import may not run or was stopped; the message says why and what to do. Nothing was written by this run."""


@dataclass(frozen=True)
class Options:
    """`replace`: what the file does not hold ends; `force`: however much that is; `rehearse`: write nothing.

    `errors`: where a file of everything that was refused goes.
    """

    replace: bool = False
    force: bool = False
    rehearse: bool = False
    errors: Path | None = None


# Told what is done now, how many rows of it are done, and of how many (0: not known).
Progress = Callable[[str, int, int], None]


def _silent(_stage: str, _done: int, _all: int) -> None:
    """Nobody watches."""


def run_import(importer: Importer, file: Path, options: Options | None = None, progress: Progress = _silent) -> Summary:
    """Import a file; goes on where an import of the same file was killed.

    Raises UnreadableFile when the file as a whole cannot be read and ImportRefused; then nothing was written.
    """
    options = options or Options()
    if options.errors is not None:
        # What cannot be written is said before the work, not after it.
        ErrorFile(options.errors).close()
    with _no_collector():
        if options.rehearse:
            return _rehearsed(importer, file, options, progress)
        return _imported(importer, file, options, progress)


@contextmanager
def _no_collector() -> Iterator[None]:
    """A million short-lived rows make no cycles; looking for some among them takes a twentieth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _imported(importer: Importer, file: Path, options: Options, progress: Progress) -> Summary:
    lease, record = _begun(importer, file, options)
    try:
        scratch = Scratch.kept(folder_of(record.pk)) if record.state == "applying" else None
        if scratch is None:
            with _failing(lease):
                scratch = _planned(importer, file, options, lease, progress)
        with scratch:
            write_rest(importer, lease, scratch, progress)
            return finish(lease, scratch, options.errors)
    finally:
        lease.release()


def _rehearsed(importer: Importer, file: Path, options: Options, progress: Progress) -> Summary:
    folder = private_folder(root() / f"{REHEARSALS}{secrets.token_hex(8)}")
    try:
        with _no_space():
            return _planned_only(importer, file, folder, options, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _planned_only(importer: Importer, file: Path, folder: Path, options: Options, progress: Progress) -> Summary:
    staged = stage(file, folder, progress=lambda rows: progress(READING, rows, 0))
    importer.prepare(staged.header)
    with Scratch.made(folder, importer.tables) as scratch:
        planned = importer.plan(
            staged, scratch, replace=options.replace, tick=lambda rows: progress(PLANNING, rows, staged.rows)
        )
        _stop_if_too_many_end(importer, planned, options)
        if options.errors is not None:
            _write_errors(scratch, options.errors)
        counts = planned.counts
        written = counts.new + counts.changed + counts.returned
        return Summary(
            **vars(planned.counts),
            unchanged=planned.rows - planned.refused - written,
            refused=planned.refused,
            problems=list(scratch.problems(SHOWN_PROBLEMS)),
            problem_count=scratch.problem_count(),
            remarks=list(planned.remarks),
        )


def _unfinished(importer: Importer) -> Import | None:
    found: Import | None = Import.objects.filter(room=importer.room, name=importer.name, state__in=UNFINISHED).first()
    return found


def _new(importer: Importer, file: Path, sha256: str, options: Options) -> Import:
    return Import(
        room=importer.room,
        name=importer.name,
        file_name=file.name[:255],
        file_sha256=sha256,
        replace=options.replace,
        lease_token=secrets.token_hex(16),
        lease_host=this_host(),
        leased_until=clock.wall(),
        started_at=clock.now(),
    )


def _begun(importer: Importer, file: Path, options: Options) -> tuple[Lease, Import]:
    """The import of this file, new or found unfinished, and its lease."""
    sha256 = file_sha256(file)
    for _ in range(_TRIES):
        with scope(importer.cabinet):
            Import.objects.bulk_create([_new(importer, file, sha256, options)], ignore_conflicts=True)
            record = _unfinished(importer)
        if record is None:
            continue
        lease = take(importer.cabinet, record)
        if lease is None:
            raise ImportRefused(f"Этот реестр уже загружается: загрузка № {record.pk}. Дождитесь её конца.")
        if record.state == "reading" and record.file_sha256 != sha256:
            # It was killed before it wrote anything.
            fail(lease, "Загрузка прервалась до записи. В реестре ничего не изменилось.")
            continue
        _refuse_another(lease, record, sha256, replace=options.replace)
        return lease, record
    raise ImportRefused("Этот реестр сейчас загружает кто-то ещё. Повторите команду позже.")


def _refuse_another(lease: Lease, record: Import, sha256: str, *, replace: bool) -> None:
    if record.state == "rolling_back":
        sentence = f"Загрузка № {record.pk} отменяется. Сначала завершите отмену: openlk rollback."
    elif record.file_sha256 != sha256:
        sentence = (
            f"Загрузка № {record.pk} («{record.file_name}») записана не до конца. "
            "Загрузите тот же файл ещё раз или отмените её: openlk rollback."
        )
    elif record.replace != replace:
        how = "с --replace" if record.replace else "без --replace"
        sentence = f"Загрузка № {record.pk} этого файла начата {how} и прервалась. Повторите её так же."
    else:
        return
    lease.release()
    raise ImportRefused(sentence)


def fail(lease: Lease, reason: str, state: str = "failed") -> None:
    """The import ends without having written anything; its files go."""
    with scope(lease.cabinet):
        lease.note(state=state, reason=reason, finished_at=clock.now())
    lease.release()
    shutil.rmtree(folder_of(lease.import_id), ignore_errors=True)


@contextmanager
def _no_space() -> Iterator[None]:
    """A scratch file that cannot be written is no fault of the program."""
    try:
        yield
    except sqlite3.Error as error:
        raise ImportRefused(
            f"Рабочий файл загрузки не записывается ({error}). Освободите место на диске и повторите команду."
        ) from error


@contextmanager
def _failing(lease: Lease) -> Iterator[None]:
    """Note why an import came to nothing, unless it has written something in an earlier life."""
    try:
        with _no_space():
            yield
    except (UnreadableFile, ImportRefused) as error:
        with scope(lease.cabinet):
            written = Import.objects.get(pk=lease.import_id).state == "applying"
        if not written:
            with scope(lease.cabinet):
                state = "stopped" if isinstance(error, ImportRefused) else "failed"
                lease.note(state=state, reason=str(error), finished_at=clock.now())
            clear(lease.import_id)
        raise


def _stop_if_too_many_end(importer: Importer, planned: Planned, options: Options) -> None:
    ended, share = planned.counts.ended, importer.stop_share_percent
    if options.force or ended * 100 <= planned.living * share:
        return
    raise ImportRefused(
        f"В файле нет {ended} из {planned.living} записей реестра. Это больше {share:g} %, загрузка остановлена. "
        "Проверьте, тот ли это файл и весь ли он. Если всё верно, повторите команду с --force."
    )


def _planned(importer: Importer, file: Path, options: Options, lease: Lease, progress: Progress) -> Scratch:
    """Read and compare everything; from here on the import is «applying»."""
    folder = folder_of(lease.import_id)

    def reading(rows: int) -> None:
        lease.renew()
        progress(READING, rows, 0)

    staged = stage(file, folder, progress=reading)

    def planning(rows: int) -> None:
        lease.renew()
        progress(PLANNING, rows, staged.rows)

    importer.prepare(staged.header)
    with Scratch.made(folder, importer.tables) as scratch:
        planned = importer.plan(staged, scratch, replace=options.replace, tick=planning)
        _stop_if_too_many_end(importer, planned, options)
        scratch.finish()
    staged.rows_file.unlink()
    with scope(lease.cabinet):
        lease.note(
            state="applying",
            rows=planned.rows,
            refused=planned.refused,
            planned=planned.planned,
            cursor=0,
            remarks=list(planned.remarks),
        )
    kept = Scratch.kept(folder)
    if kept is None:
        raise FileNotFoundError(folder)
    return kept


def write_rest(
    importer: Importer, lease: Lease, scratch: Scratch, progress: Progress = _silent, seconds: float = float("inf")
) -> bool:
    """Write what is left of the plan, for as many seconds as there are; whether all is written. Raises LeaseLost."""
    with scope(lease.cabinet):
        record = Import.objects.get(pk=lease.import_id)
    cursor, pace, began = record.cursor, Pace(), clock.monotonic()
    while cursor < record.planned:
        if clock.monotonic() - began > seconds:
            return False
        cursor = _write_range(importer, lease, scratch, cursor, pace)
        progress(WRITING, cursor, record.planned)
    return True


def _write_range(importer: Importer, lease: Lease, scratch: Scratch, after: int, pace: Pace) -> int:
    """Rows, before-images, counters and cursor in one transaction; returns the new cursor."""
    with scope(lease.cabinet):
        loaded = importer.load(scratch, after, pace.rows)
        pace.rest()
        began = clock.monotonic()
        with transaction.atomic():
            cursor, counts = importer.write(loaded, lease.import_id)
            _note(lease, cursor, counts)
    pace.note(clock.monotonic() - began)
    return cursor


def _note(lease: Lease, cursor: int, counts: Counts) -> None:
    added = {name: F(name) + count for name, count in vars(counts).items() if count}
    lease.note(cursor=cursor, **added)


def _write_errors(scratch: Scratch, file: Path) -> None:
    with ErrorFile(file) as errors:
        for problem in scratch.problems():
            errors.add(*problem)


def finish(lease: Lease, scratch: Scratch, errors: Path | None = None) -> Summary:
    """Close an import that is written; of its files only that of the mistakes stays, if there were any."""
    folder = folder_of(lease.import_id)
    count = scratch.problem_count()
    if count:
        _write_errors(scratch, folder / ERRORS)
    if errors is not None:
        _write_errors(scratch, errors)
    problems = list(scratch.problems(SHOWN_PROBLEMS))
    with scope(lease.cabinet):
        lease.note(state="done", finished_at=clock.now())
        record = Import.objects.get(pk=lease.import_id)
    clear(lease.import_id)
    return summary_of(record, problems, count)


def summary_of(record: Import, problems: list[RowProblem], count: int) -> Summary:
    """The summary of a finished import."""
    return Summary(
        new=record.new,
        changed=record.changed,
        returned=record.returned,
        unchanged=record.unchanged,
        ended=record.ended,
        refused=record.refused,
        problems=problems,
        problem_count=count,
        remarks=list(record.remarks),
        import_id=record.pk,
    )


def clear(import_id: int) -> None:
    """Remove an ended import's files, except that of the mistakes."""
    folder = folder_of(import_id)
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name != ERRORS:
            file.unlink(missing_ok=True)
    if folder.is_dir() and not (folder / ERRORS).exists():
        folder.rmdir()
