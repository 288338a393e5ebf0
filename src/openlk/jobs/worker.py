"""The worker's loop: periodic tasks of all rooms, for every cabinet, and a heartbeat; jobs in a thread beside it."""

import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections

from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import entered
from openlk.jobs.models import Worker
from openlk.jobs.periodic import PeriodicTask
from openlk.jobs.running import JobThread
from openlk.kit import clock
from openlk.kit.discovery import offered
from openlk.kit.stopping import StopSignal

logger = logging.getLogger("openlk.jobs")

HEARTBEAT_SECONDS = 5.0
# A worker that was not seen for this long is taken for dead.
ALIVE = timedelta(seconds=60)
_IDLE_SECONDS = 0.25


def tasks() -> list[PeriodicTask]:
    """Every periodic task that rooms offer in their schedule.py."""
    return [task for module in offered(settings.ROOMS, "schedule").values() for task in module.TASKS]


def alive() -> bool:
    """Whether some worker was seen lately."""
    return Worker.objects.filter(seen_at__gt=clock.wall() - ALIVE).exists()


def _beat(name: str) -> None:
    now = clock.wall()
    first = {"started_at": now, "seen_at": now}
    Worker.objects.update_or_create(name=name, defaults={"seen_at": now}, create_defaults=first)
    Worker.objects.filter(seen_at__lt=now - 10 * ALIVE).delete()


class _Heart:
    """Beats at most every five seconds, whenever it is asked to."""

    def __init__(self, on_ready: Callable[[], None]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._on_ready: Callable[[], None] | None = on_ready
        self._next = 0.0

    def beat(self) -> None:
        """Renew this worker's row if it is time; a database that is away for a while is only logged."""
        if clock.monotonic() < self._next:
            return
        self._next = clock.monotonic() + HEARTBEAT_SECONDS
        try:
            _beat(self.name)
        except Exception:
            logger.exception("heartbeat failed")
            close_old_connections()
            return
        if self._on_ready is not None:
            self._on_ready()
            self._on_ready = None


def _attempt(task: PeriodicTask, heart: _Heart, stop: StopSignal) -> int:
    """Run one task for every cabinet; an error in one cabinet is logged and stops nothing else."""
    done = 0
    for cabinet in list(cabinets().values()):
        if stop.is_set():
            break
        heart.beat()
        try:
            with entered(cabinet):
                done += task.run(cabinet)
        except Exception:
            logger.exception("task %s failed in %s", task.key, cabinet.slug)
            close_old_connections()
    return done


def _rounds(stop: StopSignal, heart: _Heart) -> None:
    known = tasks()
    due = {task.key: 0.0 for task in known}
    while not stop.is_set():
        heart.beat()
        for task in known:
            if clock.monotonic() >= due[task.key] and not stop.is_set():
                done = _attempt(task, heart, stop)
                due[task.key] = clock.monotonic() + (0 if done else task.every_seconds)
        if all(moment > clock.monotonic() for moment in due.values()):
            stop.wait(_IDLE_SECONDS)


def run_worker(stop: StopSignal, on_ready: Callable[[], None]) -> None:
    """Work until `stop` is set; the task in hand is finished, the job in hand finished or given back.

    Calls `on_ready` after the first heartbeat.
    """
    heart = _Heart(on_ready)
    jobs = JobThread(stop.is_set)
    jobs.start()
    try:
        _rounds(stop, heart)
    finally:
        jobs.stop()
    Worker.objects.filter(name=heart.name).delete()
