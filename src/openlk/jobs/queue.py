"""The queue of jobs: written in the transaction of the fact that asks for them, taken by one process at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from openlk.cabinets.loading import Cabinet
from openlk.jobs.kind import Cancelled, Id, JobKind, LeaseLost
from openlk.jobs.models import Job
from openlk.kit import clock

# A job says how far it is at least every minute.
LEASE = timedelta(minutes=2)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
UNFINISHED = ("queued", "running")
LONGEST_ID = 64
_MOST_DOUBLINGS = 10
_LEAST_JITTER = 0.75
_random = SystemRandom()


@dataclass(frozen=True)
class Lease:
    """A job in the hands of this process."""

    job: Job
    token: str


def _check_ids(ids: Mapping[str, object]) -> None:
    for name, value in ids.items():
        if not isinstance(value, int) and not (isinstance(value, str) and len(value) <= LONGEST_ID):
            raise TypeError(f"{name}: a job is given ids, not {type(value).__name__}")


def enqueue(kind: str, cabinet: Cabinet, key: str = "", due_at: datetime | None = None, **ids: Id) -> int | None:
    """Ask for a job in the caller's transaction; returns its id, or None when an unfinished one has the same key.

    `ids` are whole numbers and short keys, never words of a person.
    """
    _check_ids(ids)
    now, token = clock.wall(), uuid4().hex
    job = Job(
        kind=kind, cabinet=cabinet.slug, key=key, arguments=ids, lease=token, created_at=now, due_at=due_at or now
    )
    # ON CONFLICT DO NOTHING tells no id; the token does.
    Job.objects.bulk_create([job], ignore_conflicts=True)
    same = Job.objects.filter(cabinet=cabinet.slug, kind=kind, key=key, state="queued", lease=token)
    return same.values_list("pk", flat=True).first()


def _free(now: datetime) -> QuerySet[Job]:
    """What nobody has in hand: new work, and what a dead process has left."""
    return Job.objects.filter(state__in=UNFINISHED).filter(Q(leased_until=None) | Q(leased_until__lte=now))


def _take(wanted: QuerySet[Job], now: datetime) -> Lease | None:
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            wanted = wanted.select_for_update(skip_locked=True)
        job = wanted.order_by("due_at", "pk").first()
        if job is None:
            return None
        token = uuid4().hex
        job.state, job.lease, job.leased_until = "running", token, now + LEASE
        job.attempts += 1
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "lease", "leased_until", "attempts", "started_at"])
    return Lease(job, token)


def claim(known: Collection[str], slugs: Collection[str]) -> Lease | None:
    """Take one due job of a known kind and cabinet for this process alone; others wait for who knows them."""
    now = clock.wall()
    due = _free(now).filter(due_at__lte=now, kind__in=known, cabinet__in=slugs)
    # Looked at first: a claim holds SQLite's only lock.
    return _take(due, now) if due.exists() else None


def claim_this(job_id: int) -> Lease | None:
    """Take this very job, due or not; None when it is over or in another's hands."""
    now = clock.wall()
    return _take(_free(now).filter(pk=job_id), now)


def renew(lease: Lease, done: int, total: int | None) -> None:
    """Note how far it is and keep the lease. Raises LeaseLost or Cancelled."""
    mine = Job.objects.filter(pk=lease.job.pk, lease=lease.token, state="running")
    changes: dict[str, object] = {"done": done, "total": total, "leased_until": clock.wall() + LEASE}
    if done > lease.job.done:
        # It gets further, so the tries that failed before no longer count.
        changes["attempts"] = 1
    if not mine.update(**changes):
        raise LeaseLost
    if mine.filter(cancel_requested=True).exists():
        raise Cancelled


def _retry_delay(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_RETRY * 2 ** min(max(attempts - 1, 0), _MOST_DOUBLINGS)
    return min(doubled, LONGEST_WAIT) * _random.uniform(_LEAST_JITTER, 1)


def _settle(lease: Lease, **changes: object) -> bool:
    mine = Job.objects.filter(pk=lease.job.pk, lease=lease.token, state="running")
    return bool(mine.update(leased_until=None, lease="", **changes))


def finish(lease: Lease, state: str, error: str = "") -> bool:
    """Close it as done, failed or cancelled; False when the lease was lost meanwhile."""
    return _settle(lease, state=state, error=error[:300], finished_at=clock.wall())


def put_off(lease: Lease, kind: JobKind, error: str) -> bool:
    """After an error: try again later, or close it as failed when it was tried often enough."""
    attempts = Job.objects.filter(pk=lease.job.pk).values_list("attempts", flat=True).first() or 0
    if attempts >= kind.max_attempts:
        return finish(lease, "failed", error)
    return _settle(lease, state="queued", error=error[:300], due_at=clock.wall() + _retry_delay(attempts))


def give_back(lease: Lease) -> bool:
    """Leave it to another process at once; this try does not count."""
    attempts = max(lease.job.attempts - 1, 0)
    return _settle(lease, state="queued", due_at=clock.wall(), attempts=attempts)


def cancel(cabinet: Cabinet, job_id: int) -> bool:
    """Cancel a job that waits, ask one that runs to stop; False when it is over."""
    now = clock.wall()
    with transaction.atomic():
        mine = Job.objects.filter(pk=job_id, cabinet=cabinet.slug, state__in=UNFINISHED)
        waiting = mine.filter(Q(leased_until=None) | Q(leased_until__lte=now))
        if waiting.update(state="cancelled", finished_at=now, leased_until=None, lease="", cancel_requested=True):
            return True
        return bool(mine.update(cancel_requested=True))
