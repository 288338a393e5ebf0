"""Running jobs: in the worker's own thread beside its periodic tasks, or in the process of a command."""

import logging
import threading
from collections.abc import Callable, Mapping

from django.db import close_old_connections, connections

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import entered
from openlk.jobs import queue
from openlk.jobs.errors import place_of
from openlk.jobs.kind import Cancelled, Handle, Id, JobKind, LeaseLost, Refused, Stopping, kinds
from openlk.jobs.queue import Lease

logger = logging.getLogger("openlk.jobs")

_IDLE_SECONDS = 0.5
# As long as a stopped worker waits for the job in hand to say how far it is.
STOP_WITHIN_SECONDS = 8.0

Watch = Callable[[int, int | None], None]


class Busy(RuntimeError):
    """The job is over, or another process has it in hand."""


class _Handle(Handle):
    def __init__(self, lease: Lease, cabinet: Cabinet, stopping: Callable[[], bool], watch: Watch | None) -> None:
        self.id = lease.job.pk
        self.cabinet = cabinet
        self.ids: Mapping[str, Id] = dict(lease.job.arguments)
        self.done = lease.job.done
        self._lease = lease
        self._stopping = stopping
        self._watch = watch

    def progress(self, done: int, total: int | None = None) -> None:
        if self._stopping():
            raise Stopping
        queue.renew(self._lease, done, total)
        if self._watch is not None:
            self._watch(done, total)


def _run(lease: Lease, kind: JobKind, stopping: Callable[[], bool], watch: Watch | None = None) -> str:
    """Run it to its end and close it; returns the state. What the job raises is raised again, the job left open."""
    cabinet = cabinets()[lease.job.cabinet]
    try:
        if lease.job.cancel_requested:
            raise Cancelled
        with entered(cabinet):
            kind.run(_Handle(lease, cabinet, stopping, watch))
    except Cancelled:
        return "cancelled" if queue.finish(lease, "cancelled") else "lost"
    except Refused as refusal:
        return "failed" if queue.finish(lease, "failed", str(refusal)) else "lost"
    except Stopping:
        return "queued" if queue.give_back(lease) else "lost"
    except LeaseLost:
        return "lost"
    return "done" if queue.finish(lease, "done") else "lost"


def work_once(known: Mapping[str, JobKind], stopping: Callable[[], bool]) -> bool:
    """Run one job that is due, if there is one. An error in it is noted, and the job tried again later."""
    lease = queue.claim(list(known), list(cabinets()))
    if lease is None:
        return False
    kind = known[lease.job.kind]
    if lease.job.attempts > kind.max_attempts:
        # Whoever had it before died with it, each time at the same place.
        queue.finish(lease, "failed", "its process died again and again")
        return True
    try:
        state = _run(lease, kind, stopping)
    except Exception as error:  # noqa: BLE001 -- one job that fails stops nothing else
        close_old_connections()
        logger.error("job %s %s failed: %s", kind.key, lease.job.pk, place_of(error))  # noqa: TRY400 -- see place_of
        queue.put_off(lease, kind, place_of(error))
    else:
        logger.info("job %s %s: %s", kind.key, lease.job.pk, state)
    return True


def run_here(job_id: int, watch: Watch | None = None) -> str:
    """Run a job in this process and return its state: done, failed, cancelled, or lost to another process.

    Enqueue it with `due_at` a few seconds ahead, so that no worker takes it first. When this process is killed, the
    worker takes the job over. What the job raises is raised again, and the job is failed. Raises Busy.
    """
    lease = queue.claim_this(job_id)
    if lease is None:
        raise Busy(job_id)
    try:
        return _run(lease, kinds()[lease.job.kind], lambda: False, watch)
    except Exception as error:
        queue.finish(lease, "failed", place_of(error))
        raise
    except BaseException:
        # Ctrl-C is no kill: who pressed it wants the work to end.
        queue.finish(lease, "cancelled")
        raise


class JobThread:
    """The thread of a worker that runs jobs one after another, so that letters do not wait behind a long one."""

    def __init__(self, told_to_stop: Callable[[], bool] = lambda: False) -> None:
        """`told_to_stop`: whether the whole process is being stopped; the job need not wait until it is told."""
        self._known = kinds()
        self._told_to_stop = told_to_stop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more; the job in hand is given back when it next says how far it is, or its lease runs out."""
        self._stop.set()
        self._thread.join(STOP_WITHIN_SECONDS)

    def _stopping(self) -> bool:
        return self._stop.is_set() or self._told_to_stop()

    def _work(self) -> None:
        try:
            while not self._stopping():
                if not self._round():
                    self._stop.wait(_IDLE_SECONDS)
        finally:
            connections.close_all()

    def _round(self) -> bool:
        try:
            return work_once(self._known, self._stopping)
        except Exception as error:  # noqa: BLE001 -- a database that is away for a while does not end the thread
            logger.error("jobs: %s", place_of(error))  # noqa: TRY400 -- see place_of
            close_old_connections()
            return False
