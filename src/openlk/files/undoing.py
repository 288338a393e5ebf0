"""Rolling an import back, in ranges; whatever kills it, the same command goes on."""

from datetime import timedelta

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.importer import Importer
from openlk.files.importing import ImportRefused, Progress, clear
from openlk.files.leases import Lease, take
from openlk.files.models import UNFINISHED, Import
from openlk.files.pace import Pace
from openlk.kit import clock

# Before-images are kept for so long after an import.
KEPT = timedelta(days=30)
UNDOING = "Отменяем"
_NAMED = 100


def import_of(cabinet: Cabinet, import_id: int) -> Import:
    """An import of the cabinet. Raises ImportRefused with a sentence if there is none."""
    with scope(cabinet):
        found: Import | None = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise ImportRefused(f"Загрузки № {import_id} в этом кабинете нет. Список загрузок: openlk imports.")
    return found


def roll_back(importer: Importer, import_id: int, progress: Progress) -> Import:
    """Give the table back what it held before the import; returns the import as it is then.

    Raises ImportRefused when a newer import stands on it, or when its before-images are gone.
    """
    lease = _begun(importer, import_of(importer.cabinet, import_id))
    try:
        undo_rest(importer, lease, progress)
    finally:
        lease.release()
    return import_of(importer.cabinet, import_id)


def _begun(importer: Importer, record: Import) -> Lease:
    _refuse(importer, record)
    lease = take(importer.cabinet, record)
    if lease is None:
        raise ImportRefused(f"Загрузка № {record.pk} сейчас идёт. Дождитесь её конца.")
    if record.state != "rolling_back":
        with scope(importer.cabinet):
            # The database lets no two imports of a table be unfinished.
            lease.note(state="rolling_back", cursor=0)
    return lease


def _refuse(importer: Importer, record: Import) -> None:
    number = record.pk
    if record.state == "rolled_back":
        raise ImportRefused(f"Загрузка № {number} уже отменена.")
    if record.state in {"failed", "stopped", "reading"}:
        raise ImportRefused(f"Загрузка № {number} ничего не записала. Отменять нечего.")
    if record.finished_at is not None and record.finished_at < clock.now() - KEPT:
        raise ImportRefused(f"Загрузка № {number} старше {KEPT.days} дней. Прежние значения уже удалены.")
    with scope(importer.cabinet):
        newer = Import.objects.filter(
            room=record.room, name=record.name, pk__gt=number, state__in=["done", *UNFINISHED]
        ).order_by("-pk")
        newest = newer.values_list("pk", flat=True).first()
    if newest is not None:
        raise ImportRefused(f"После загрузки № {number} была загрузка № {newest}. Сначала отмените её.")


def undo_rest(importer: Importer, lease: Lease, progress: Progress, seconds: float = float("inf")) -> bool:
    """Take back what is left, for as many seconds as there are; whether all is taken back. Raises LeaseLost."""
    with scope(lease.cabinet):
        record = Import.objects.get(pk=lease.import_id)
    cursor, kept, pace, began, done = record.cursor, list(record.remarks), Pace(), clock.monotonic(), 0
    finished = False
    while not finished:
        if clock.monotonic() - began > seconds:
            return False
        pace.rest()
        started = clock.monotonic()
        with scope(lease.cabinet), transaction.atomic():
            undone = importer.undo(lease.import_id, cursor, pace.rows)
            cursor, finished = undone.cursor, undone.finished
            kept = [*kept, *map(_ended, undone.kept)][: _NAMED + 1]
            lease.note(cursor=cursor, remarks=kept, **_end(finished=finished))
        done += pace.rows
        pace.note(clock.monotonic() - started)
        progress(UNDOING, done, 0)
    clear(lease.import_id)
    return True


def _ended(name: str) -> str:
    return f"Запись не удалена, потому что на ней держится кабинет или заявка. Она стала прекращённой: {name}."


def _end(*, finished: bool) -> dict[str, object]:
    return {"state": "rolled_back", "finished_at": clock.now()} if finished else {}
