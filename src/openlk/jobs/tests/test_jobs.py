"""A job is done once, tried again when it fails, cancelled when asked, and gone when nobody will ask any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import NoScope, current, scoped_slug
from openlk.jobs import running
from openlk.jobs.kind import Handle, JobKind, LeaseLost, Refused
from openlk.jobs.models import Job
from openlk.jobs.queries import job_counts, job_of
from openlk.jobs.queue import LEASE, cancel, claim, claim_this, enqueue, finish, give_back, renew
from openlk.jobs.running import Busy, run_here, work_once
from openlk.jobs.schedule import DONE_KEPT, FAILED_KEPT, sweep
from tests.support.stage import Wall

Run = Callable[[Handle], None]


def _nothing(_: Handle) -> None:
    pass


def _work(run: Run, *, stopping: bool = False, max_attempts: int = 3) -> bool:
    return work_once({"count": JobKind("count", run, max_attempts)}, lambda: stopping)


def _job(cabinet: Cabinet) -> int:
    made = enqueue("count", cabinet)
    assert made is not None
    return made


def _row(job_id: int) -> Job:
    return Job.objects.get(pk=job_id)


@pytest.fixture(autouse=True)
def _kinds(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "kinds", lambda: {"count": JobKind("count", _nothing)})
    # A unit test's transaction must outlive the error that the worker closes its connection after.
    monkeypatch.setattr(running, "close_old_connections", lambda: None)


def test_a_job_runs_once_inside_its_cabinet_and_outside_any_scope(cabinet: Cabinet) -> None:
    seen: list[object] = []

    def run(handle: Handle) -> None:
        with pytest.raises(NoScope):
            scoped_slug()
        seen.append((current() is cabinet, handle.cabinet is cabinet, handle.ids, handle.done))
        handle.progress(1, 2)

    job_id = enqueue("count", cabinet, import_id=7, mode="dry")
    assert job_id is not None
    assert [_work(run), _work(run)] == [True, False]
    assert seen == [(True, True, {"import_id": 7, "mode": "dry"}, 0)]
    line = job_of(cabinet, job_id)
    assert line is not None
    assert (line.state, line.done, line.total, line.error) == ("done", 1, 2, "")
    assert line.finished_at is not None


def test_a_job_of_a_fact_that_was_undone_is_never_run(cabinet: Cabinet) -> None:
    with transaction.atomic():
        _job(cabinet)
        transaction.set_rollback(True)
    assert not _work(_nothing)


def test_a_job_is_not_run_before_its_time(cabinet: Cabinet, wall: Wall) -> None:
    enqueue("count", cabinet, due_at=wall.at + timedelta(minutes=5))
    assert not _work(_nothing)
    wall.forward(minutes=5)
    assert _work(_nothing)


def test_an_unfinished_job_keeps_others_of_its_key_away(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    with transaction.atomic():
        assert enqueue("count", cabinet, "import") is not None
        assert enqueue("count", cabinet, "import") is None
        assert Job.objects.count() == 1, "and the transaction goes on"
    assert enqueue("count", other_cabinet, "import") is not None
    assert enqueue("other", cabinet, "import") is not None
    assert enqueue("count", cabinet) != enqueue("count", cabinet), "without a key each is its own"
    assert _work(_nothing)
    assert enqueue("count", cabinet, "import") is not None, "the first one is done"


def test_words_of_a_person_are_no_ids(cabinet: Cabinet) -> None:
    with pytest.raises(TypeError, match="row: a job is given ids, not dict"):
        enqueue("count", cabinet, row={"name": "Анна"})  # type: ignore[arg-type]  # that is what is tried
    with pytest.raises(TypeError, match="text"):
        enqueue("count", cabinet, text="Анна " * 20)


def test_a_kind_that_this_version_does_not_know_waits(cabinet: Cabinet) -> None:
    job_id = enqueue("of another version", cabinet)
    assert job_id is not None
    assert not _work(_nothing)
    assert (_row(job_id).state, _row(job_id).attempts) == ("queued", 0)


def test_a_failed_job_is_tried_again_later_and_given_up_at_last(
    cabinet: Cabinet, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: Handle) -> None:
        raise ValueError("Анна Петровна, +79120000001")

    job_id = _job(cabinet)
    for attempt in range(1, 4):
        assert _work(failing)
        assert not _work(failing), "not at once"
        row = _row(job_id)
        assert row.attempts == attempt
        if attempt < 3:
            assert timedelta(0) < row.due_at - wall.at <= timedelta(seconds=10 * 2 ** (attempt - 1))
            wall.at = row.due_at
    row = _row(job_id)
    assert (row.state, row.finished_at) == ("failed", wall.at)
    assert row.error.startswith("ValueError at ")
    assert "Анна" not in row.error + caplog.text, "an error may quote a person"
    wall.forward(days=1)
    assert not _work(failing)


def test_a_job_that_gets_further_each_time_is_not_given_up(cabinet: Cabinet, wall: Wall) -> None:
    def a_step_and_an_error(handle: Handle) -> None:
        handle.progress(handle.done + 1)
        raise ZeroDivisionError

    job_id = _job(cabinet)
    for _ in range(10):
        assert _work(a_step_and_an_error)
        wall.at = _row(job_id).due_at
    assert (_row(job_id).state, _row(job_id).done) == ("queued", 10)


def test_a_refusal_is_final(cabinet: Cabinet) -> None:
    def refusing(_: Handle) -> None:
        raise Refused("файл уже применён")

    job_id = _job(cabinet)
    assert _work(refusing)
    assert (_row(job_id).state, _row(job_id).error) == ("failed", "файл уже применён")


def test_a_dead_process_job_is_taken_over(cabinet: Cabinet, wall: Wall) -> None:
    job_id = _job(cabinet)
    assert claim(["count"], [cabinet.slug]) is not None  # and then the process dies
    wall.forward(seconds=LEASE.total_seconds() - 1)
    assert not _work(_nothing)
    wall.forward(seconds=1)
    assert _work(_nothing)
    assert _row(job_id).state == "done"


def test_who_lost_the_lease_neither_goes_on_nor_closes_the_job(cabinet: Cabinet, wall: Wall) -> None:
    job_id = _job(cabinet)
    slow = claim(["count"], [cabinet.slug])
    assert slow is not None
    wall.forward(seconds=LEASE.total_seconds())
    other = claim(["count"], [cabinet.slug])
    assert other is not None
    with pytest.raises(LeaseLost):
        renew(slow, 5, 10)
    assert not finish(slow, "failed", "too late")
    assert not give_back(slow)
    renew(other, 3, 10)
    assert finish(other, "done")
    assert (_row(job_id).state, _row(job_id).done) == ("done", 3)
    with pytest.raises(LeaseLost):
        renew(other, 4, 10)


def test_progress_keeps_the_lease(cabinet: Cabinet, wall: Wall) -> None:
    def slow(handle: Handle) -> None:
        for done in range(5):
            wall.forward(seconds=LEASE.total_seconds() - 1)
            handle.progress(done, 5)
            assert not _work(_nothing), "nobody else takes it"

    _job(cabinet)
    assert _work(slow)
    assert Job.objects.get().state == "done"


def test_without_progress_it_is_taken_from_under_it(cabinet: Cabinet, wall: Wall) -> None:
    """A control."""

    def silent(_: Handle) -> None:
        wall.forward(seconds=LEASE.total_seconds())
        assert _work(_nothing)

    _job(cabinet)
    assert _work(silent)


def test_what_killed_its_process_again_and_again_is_given_up(cabinet: Cabinet, wall: Wall) -> None:
    job_id = _job(cabinet)
    for _ in range(3):
        assert claim(["count"], [cabinet.slug]) is not None
        wall.forward(seconds=LEASE.total_seconds())
    assert _work(_nothing)
    assert (_row(job_id).state, _row(job_id).error) == ("failed", "its process died again and again")


def test_a_waiting_job_is_cancelled_at_once(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    job_id = _job(cabinet)
    assert not cancel(other_cabinet, job_id)
    assert cancel(cabinet, job_id)
    assert not cancel(cabinet, job_id)
    assert not _work(_nothing)
    assert _row(job_id).state == "cancelled"


def test_a_running_job_is_told_to_stop(cabinet: Cabinet) -> None:
    steps: list[int] = []

    def run(handle: Handle) -> None:
        for step in range(5):
            handle.progress(step, 5)
            steps.append(step)
            if step == 1:
                assert cancel(cabinet, handle.id)
                assert job_of(cabinet, handle.id).state == "running"  # type: ignore[union-attr]  # it is there

    job_id = _job(cabinet)
    assert _work(run)
    assert steps == [0, 1]
    assert _row(job_id).state == "cancelled"


def test_a_job_that_nobody_asks_is_not_stopped(cabinet: Cabinet) -> None:
    """A control: without the question the job runs to its end."""

    def deaf(handle: Handle) -> None:
        assert cancel(cabinet, handle.id)

    job_id = _job(cabinet)
    assert _work(deaf)
    assert _row(job_id).state == "done"


def test_a_stopped_worker_gives_the_job_back(cabinet: Cabinet) -> None:
    def run(handle: Handle) -> None:
        handle.progress(1)

    job_id = _job(cabinet)
    assert _work(run, stopping=True)
    row = _row(job_id)
    assert (row.state, row.attempts, row.leased_until) == ("queued", 0, None)
    assert _work(run)
    assert _row(job_id).state == "done"


def test_a_lost_piece_of_work_is_undone_with_the_progress_inside_it(cabinet: Cabinet, wall: Wall) -> None:
    job_id = _job(cabinet)

    def run(handle: Handle) -> None:
        wall.forward(seconds=LEASE.total_seconds())
        assert claim(["count"], [cabinet.slug]) is not None
        with transaction.atomic():
            Job.objects.create(kind="trace", cabinet="x", created_at=wall.at, due_at=wall.at)
            handle.progress(1)

    assert _work(run)
    assert not Job.objects.filter(kind="trace").exists()
    assert _row(job_id).state == "running", "somebody else has it"


def _kind(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(running, "kinds", lambda: {"count": JobKind("count", run)})


def test_a_command_runs_its_own_job_before_a_worker_would(
    cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[tuple[int, int | None]] = []
    _kind(monkeypatch, lambda handle: handle.progress(3, 4))
    job_id = enqueue("count", cabinet, due_at=wall.at + timedelta(seconds=30))
    assert job_id is not None
    assert not _work(_nothing)
    assert run_here(job_id, lambda done, total: watched.append((done, total))) == "done"
    assert watched == [(3, 4)]
    with pytest.raises(Busy):
        run_here(job_id)


def test_a_command_that_meets_a_worker_lets_it_work(cabinet: Cabinet) -> None:
    job_id = _job(cabinet)
    assert claim(["count"], [cabinet.slug]) is not None
    with pytest.raises(Busy):
        run_here(job_id)


@pytest.mark.parametrize(("error", "state"), [(ZeroDivisionError, "failed"), (KeyboardInterrupt, "cancelled")])
def test_an_error_in_a_command_is_final_and_seen(
    cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], state: str
) -> None:
    """Somebody is watching: the worker must not do it an hour later behind their back."""

    def run(_: Handle) -> None:
        raise error

    _kind(monkeypatch, run)
    job_id = _job(cabinet)
    with pytest.raises(error):
        run_here(job_id)
    assert _row(job_id).state == state
    wall.forward(days=1)
    assert not _work(_nothing)


def test_a_killed_commands_job_is_finished_by_the_worker(cabinet: Cabinet, wall: Wall) -> None:
    job_id = enqueue("count", cabinet, due_at=wall.at + timedelta(seconds=30))
    assert job_id is not None
    assert claim_this(job_id) is not None  # and then the command is killed
    wall.forward(seconds=LEASE.total_seconds())
    assert _work(_nothing)
    assert _row(job_id).state == "done"


@pytest.mark.parametrize(("state", "kept"), [("done", DONE_KEPT), ("cancelled", DONE_KEPT), ("failed", FAILED_KEPT)])
def test_what_is_over_is_kept_for_a_while(
    cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall, state: str, kept: timedelta
) -> None:
    _job(cabinet)
    lease = claim(["count"], [cabinet.slug])
    assert lease is not None
    assert finish(lease, state)
    wall.forward(seconds=kept.total_seconds())
    assert sweep(cabinet) == 0
    wall.forward(seconds=1)
    assert (sweep(other_cabinet), sweep(cabinet), Job.objects.count()) == (0, 1, 0)


def test_what_waits_is_never_swept(cabinet: Cabinet, wall: Wall) -> None:
    _job(cabinet)
    wall.forward(days=400)
    assert sweep(cabinet) == 0


def test_how_full_the_queue_is_can_be_counted(cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall) -> None:
    assert job_counts().oldest_due_seconds == 0
    _job(cabinet)
    _job(other_cabinet)
    assert _work(_nothing)
    wall.forward(seconds=60)
    counts = job_counts()
    assert counts.jobs == {("count", "done"): 1, ("count", "queued"): 1}
    assert counts.oldest_due_seconds == 60
