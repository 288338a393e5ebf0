"""What the worker does for imports: goes on where a process died, and clears away what is old."""

import shutil

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.importer import Importer
from openlk.files.importing import REHEARSALS, fail, finish, write_rest
from openlk.files.leases import folder_of, root, take
from openlk.files.models import UNFINISHED, Import
from openlk.files.scratch import Scratch
from openlk.files.undoing import KEPT, undo_rest
from openlk.jobs.periodic import PeriodicTask
from openlk.kit import clock
from openlk.kit.discovery import offered

# A round must not keep letters waiting.
ROUND_SECONDS = 0.5
_DAY_SECONDS = 24 * 3600


def _importer(cabinet: Cabinet, record: Import) -> Importer | None:
    module = offered([record.room], "imports").get(record.room)
    found: Importer | None = module.importer(cabinet, record.name) if module else None
    return found


def go_on(cabinet: Cabinet) -> int:
    """Work for half a second on an import whose process died; 1 if there was one to work on."""
    with scope(cabinet):
        dead = Import.objects.filter(state__in=UNFINISHED, leased_until__lt=clock.wall()).order_by("pk").first()
    importer = None if dead is None else _importer(cabinet, dead)
    if dead is None or importer is None:
        return 0
    lease = take(cabinet, dead)
    if lease is None:
        return 0
    if dead.state == "reading":
        fail(lease, "Загрузка прервалась до записи. В реестре ничего не изменилось. Загрузите файл снова.")
        return 1
    try:
        if dead.state == "rolling_back":
            undo_rest(importer, lease, _silent, ROUND_SECONDS)
            return 1
        scratch = Scratch.kept(folder_of(dead.pk))
        if scratch is None:
            # The machine that holds its files, or the same command once more, goes on.
            return 0
        with scratch:
            if write_rest(importer, lease, scratch, seconds=ROUND_SECONDS):
                finish(lease, scratch)
        return 1
    finally:
        lease.release()


def _silent(_stage: str, _done: int, _all: int) -> None:
    """Nobody watches."""


def sweep(cabinet: Cabinet) -> int:
    """Remove the files of imports that cannot be rolled back any more, and what a killed rehearsal left."""
    with scope(cabinet):
        old = Import.objects.filter(finished_at__lt=clock.now() - KEPT).values_list("pk", flat=True)
        folders = [folder_of(pk) for pk in old]
    present = [folder for folder in folders if folder.is_dir()]
    yesterday = clock.wall().timestamp() - _DAY_SECONDS
    if root().is_dir():
        present += [each for each in root().glob(f"{REHEARSALS}*") if each.stat().st_mtime < yesterday]
    for folder in present:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


TASKS = [
    PeriodicTask("files.go_on", 5.0, go_on),
    PeriodicTask("files.sweep", 3600.0, sweep),
]
