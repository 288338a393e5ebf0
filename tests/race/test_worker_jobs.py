"""Several workers at one queue of jobs, and workers that are killed: each job is done, each piece of it once."""

import time
from collections import Counter
from random import Random
from threading import Barrier, Lock

import pytest
from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.jobs import queue, running
from openlk.jobs.kind import Handle, JobKind
from openlk.jobs.models import Job
from openlk.jobs.queue import LEASE, Lease, claim, enqueue
from openlk.jobs.running import JobThread, work_once
from openlk.kit import clock
from tests.race.killing import DIED, ended, start
from tests.support.databases import OwnDatabase
from tests.support.scale import scaled
from tests.support.stage import Wall
from tests.support.threads import at_once

WORKERS = 4
JOBS = 25
PIECES = 40
KILLS = 3
SEED = 20261122
LONGEST_LIFE_SECONDS = 0.25
WITHIN_SECONDS = 20.0
# Writes one row for every piece, together with how far it is, or (to show that this matters) before saying so.
COUNTING = """
from django.db import transaction
from openlk.jobs import running
from openlk.jobs.kind import JobKind
from openlk.jobs.models import Job
from openlk.kit import clock

pieces, together, dies = int(sys.argv[2]), sys.argv[3] == "together", sys.argv[4]

def piece(number):
    now = clock.wall()
    Job.objects.create(kind="piece", cabinet="x", key=str(number), state="done", created_at=now, due_at=now)

def count(handle):
    if dies != "at 5":
        threading.Timer(float(dies), die).start()
    for number in range(handle.done + 1, pieces + 1):
        if together:
            with transaction.atomic():
                piece(number)
                handle.progress(number, pieces)
        else:
            piece(number)
            if number == 5 and dies == "at 5":
                die()
            handle.progress(number, pieces)
        time.sleep(0.01)

with added(cabinet):
    while running.work_once({"count": JobKind("count", count)}, lambda: False):
        pass
"""


def _pieces() -> "Counter[str]":
    return Counter(Job.objects.filter(kind="piece").values_list("key", flat=True))


def _piece(number: int) -> None:
    now = clock.wall()
    Job.objects.create(kind="piece", cabinet="x", key=str(number), state="done", created_at=now, due_at=now)


def _finish(handle: Handle) -> None:
    for number in range(handle.done + 1, PIECES + 1):
        _piece(number)
        handle.progress(number, PIECES)


def test_every_job_runs_once(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    ran: Counter[int | str] = Counter()
    lock = Lock()

    def run(handle: Handle) -> None:
        with lock:
            ran[handle.ids["number"]] += 1

    for number in range(JOBS):
        enqueue("count", cabinet, number=number)
    known = {"count": JobKind("count", run)}

    def work() -> int:
        done = 0
        while work_once(known, lambda: False):
            done += 1
        return done

    done = at_once([work] * WORKERS)
    assert all(isinstance(each, int) for each in done), done
    while work():
        pass  # what others had locked while the last one looked
    assert ran == dict.fromkeys(range(JOBS), 1)
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


def test_without_the_lease_a_job_runs_again_and_again(
    own_database: OwnDatabase, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: workers that only look what is due take the same job."""
    ran: list[int] = []
    together = Barrier(WORKERS)

    def only_looking(*_: object) -> Lease | None:
        job = Job.objects.filter(state="queued").order_by("pk").first()
        together.wait(30)
        return Lease(job, "") if job else None

    monkeypatch.setattr(queue, "claim", only_looking)
    enqueue("count", cabinet)
    known = {"count": JobKind("count", lambda handle: ran.append(handle.id))}
    at_once([lambda: work_once(known, lambda: False)] * WORKERS)
    assert len(ran) == WORKERS


def test_the_same_key_at_once_is_one_job(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    made = at_once([lambda: enqueue("count", cabinet, "import")] * (2 * WORKERS))
    assert sorted(each is None for each in made) == [False] + [True] * (2 * WORKERS - 1), made
    assert Job.objects.count() == 1


def test_a_job_whose_workers_are_killed_is_done_piece_by_piece(
    own_database: OwnDatabase, cabinet: Cabinet, wall: Wall
) -> None:
    enqueue("count", cabinet)
    moments = Random(SEED)  # noqa: S311 -- a seed that replays the run, no secret
    for _ in range(scaled(KILLS)):
        connection.close()
        life = round(moments.uniform(0, LONGEST_LIFE_SECONDS), 3)
        assert ended(start(COUNTING, own_database, cabinet, 10_000, "together", life)) == DIED
        # The next worker comes when the dead one's lease has run out.
        assert Job.objects.filter(kind="count", state="running").update(leased_until=wall.at) == 1
    reached = Job.objects.get(kind="count").done
    assert _pieces() == {str(number): 1 for number in range(1, reached + 1)}
    wall.forward(seconds=LEASE.total_seconds() + 120)
    known = {"count": JobKind("count", lambda handle: handle.progress(handle.done + 1))}
    assert work_once(known, lambda: False)
    job = Job.objects.get(kind="count")
    assert (job.state, job.done) == ("done", reached + 1)


def test_what_is_told_apart_from_the_work_is_done_twice(
    own_database: OwnDatabase, cabinet: Cabinet, wall: Wall
) -> None:
    """A control: the piece is committed, then the worker dies before it says so."""
    enqueue("count", cabinet)
    connection.close()
    assert ended(start(COUNTING, own_database, cabinet, PIECES, "apart", "at 5")) == DIED
    wall.forward(seconds=LEASE.total_seconds() + 120)
    assert work_once({"count": JobKind("count", _finish)}, lambda: False)
    assert _pieces() == {str(number): 2 if number == 5 else 1 for number in range(1, PIECES + 1)}


def test_a_dead_workers_job_waits_for_its_lease(own_database: OwnDatabase, cabinet: Cabinet, wall: Wall) -> None:
    job_id = enqueue("count", cabinet)
    connection.close()
    assert ended(start(COUNTING, own_database, cabinet, 10_000, "together", 0.05)) == DIED
    assert claim(["count"], [cabinet.slug]) is None
    wall.forward(seconds=LEASE.total_seconds() + 120)
    taken = claim(["count"], [cabinet.slug])
    assert taken is not None
    assert taken.job.pk == job_id


def _until(state: str) -> None:
    deadline = clock.monotonic() + WITHIN_SECONDS
    while clock.monotonic() < deadline:
        if Job.objects.filter(state=state).exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"no job is {state} in {WITHIN_SECONDS:.0f} s: {list(Job.objects.values())}")


def test_the_workers_thread_does_jobs_and_gives_one_back_when_it_is_stopped(
    own_database: OwnDatabase, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(handle: Handle) -> None:
        while handle.ids["long"]:
            time.sleep(0.01)
            handle.progress(1)

    monkeypatch.setattr(running, "kinds", lambda: {"count": JobKind("count", run)})
    jobs = JobThread()
    jobs.start()
    enqueue("count", cabinet, long=0)
    _until("done")
    enqueue("count", cabinet, long=1)
    _until("running")
    before = clock.monotonic()
    jobs.stop()
    assert clock.monotonic() - before < running.STOP_WITHIN_SECONDS
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "queued"]
    given_back = Job.objects.get(state="queued")
    assert (given_back.leased_until, given_back.attempts) == (None, 0)
