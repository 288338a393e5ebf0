"""The worker: what fails in one cabinet stops nothing else, and its heartbeat can be seen."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import NoScope, current, scoped_slug
from openlk.jobs import worker
from openlk.jobs.models import Worker
from openlk.jobs.periodic import PeriodicTask
from openlk.jobs.worker import ALIVE, alive, run_worker, tasks
from openlk.kit import clock
from openlk.kit.stopping import StopSignal
from tests.support.stage import Wall


def _run(monkeypatch: pytest.MonkeyPatch, stop: StopSignal, *given: PeriodicTask) -> list[bool]:
    """Works until a task sets `stop`; returns whether it was alive at each report of being ready."""
    ready: list[bool] = []
    monkeypatch.setattr(worker, "tasks", lambda: list(given))
    monkeypatch.setattr(worker, "_IDLE_SECONDS", 0.0)
    # A unit test's transaction must outlive the error that the worker closes its connection after.
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    run_worker(stop, lambda: ready.append(alive()))
    return ready


def _task(key: str, run: Callable[[Cabinet], int], every_seconds: float = 1000) -> PeriodicTask:
    return PeriodicTask(key=key, every_seconds=every_seconds, run=run)


def test_a_task_that_fails_in_one_cabinet_runs_in_the_others(
    db: None,
    cabinet: Cabinet,
    other_cabinet: Cabinet,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, seen = StopSignal(), []

    def failing(each: Cabinet) -> int:
        seen.append(each.slug)
        if each is cabinet:
            raise ZeroDivisionError
        return 0

    def last(each: Cabinet) -> int:
        seen.append(f"next:{each.slug}")
        if {"next:alpha", "next:beta"} <= set(seen):
            stop.set()
        return 0

    with caplog.at_level(logging.ERROR, "openlk.jobs"):
        _run(monkeypatch, stop, _task("fails", failing), _task("next", last))
    assert {"alpha", "beta", "next:alpha", "next:beta"} <= set(seen)
    assert "task fails failed in alpha" in caplog.text
    assert "failed in beta" not in caplog.text


def test_a_task_runs_inside_its_cabinet_and_outside_any_scope(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, seen = StopSignal(), []

    def looking(each: Cabinet) -> int:
        with pytest.raises(NoScope):
            scoped_slug()
        seen.append(current() is each)
        stop.set()
        return 0

    _run(monkeypatch, stop, _task("looks", looking))
    assert set(seen) == {True}


def test_a_round_that_did_something_is_followed_by_another(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, left, calls = StopSignal(), [3], []

    def busy(each: Cabinet) -> int:
        if each is not cabinet:
            return 0
        calls.append(left[0])
        left[0] -= 1
        if left[0] == 0:
            stop.set()
        return left[0]

    _run(monkeypatch, stop, _task("busy", busy))
    assert calls == [3, 2, 1], "three rounds, although the task is due every thousand seconds"


def test_an_idle_task_waits_for_its_time(db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, calls, rounds = StopSignal(), [], []

    def idle(each: Cabinet) -> int:
        calls.append(each.slug)
        return 0

    def counting(_: Cabinet) -> int:
        rounds.append(1)
        if len(rounds) > 20:
            stop.set()
        return 0

    _run(monkeypatch, stop, _task("idle", idle), _task("counts", counting, every_seconds=0))
    assert calls.count("alpha") == 1


def test_it_says_that_it_is_ready_after_its_first_heartbeat_and_leaves_no_trace(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopSignal()

    def once(_: Cabinet) -> int:
        stop.set()
        return 0

    assert _run(monkeypatch, stop, _task("once", once)) == [True]
    assert not Worker.objects.exists()


def test_who_was_not_seen_for_a_while_is_dead(db: None, wall: Wall) -> None:
    assert not alive()
    worker._beat("host:1")
    wall.forward(seconds=ALIVE.total_seconds() - 1)
    assert alive()
    wall.forward(seconds=1)
    assert not alive()


def test_a_heartbeat_renews_one_row_and_sweeps_the_long_dead(db: None, wall: Wall) -> None:
    worker._beat("host:1")
    started = wall.at
    wall.forward(minutes=6)
    worker._beat("host:2")
    worker._beat("host:2")
    assert set(Worker.objects.values_list("name", flat=True)) == {"host:1", "host:2"}
    wall.forward(minutes=6)
    worker._beat("host:2")
    (row,) = Worker.objects.all()
    assert (row.name, row.started_at, row.seen_at) == ("host:2", started + timedelta(minutes=6), wall.at)


def test_the_rooms_tasks_are_all_there_once() -> None:
    keys = [task.key for task in tasks()]
    assert {"messages.send", "flows.expire"} <= set(keys)
    assert len(keys) == len(set(keys))


def test_a_failed_heartbeat_is_tried_again(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, beats, real = StopSignal(), [], worker._beat

    def sometimes(name: str) -> None:
        beats.append(name)
        if len(beats) == 1:
            raise ZeroDivisionError
        real(name)
        stop.set()

    monkeypatch.setattr(worker, "_beat", sometimes)
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.0)
    before = clock.monotonic()
    assert _run(monkeypatch, stop) == [True]
    assert clock.monotonic() - before < 5
    assert "heartbeat failed" in caplog.text
