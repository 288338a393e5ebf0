"""How jobs stand: for commands, for the desk and for /metrics."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from openlk.cabinets.loading import Cabinet
from openlk.jobs.models import Job
from openlk.kit import clock


@dataclass(frozen=True)
class JobLine:
    """One job as it stands; `total` is None while nobody knows it."""

    id: int
    kind: str
    state: str
    done: int
    total: int | None
    error: str
    created_at: datetime
    finished_at: datetime | None


def job_of(cabinet: Cabinet, job_id: int) -> JobLine | None:
    """A job of this cabinet, or None."""
    job = Job.objects.filter(pk=job_id, cabinet=cabinet.slug).first()
    if job is None:
        return None
    return JobLine(job.pk, job.kind, job.state, job.done, job.total, job.error, job.created_at, job.finished_at)


@dataclass(frozen=True)
class JobCounts:
    """`jobs`: (kind, state) → how many rows; `oldest_due_seconds`: how long the first due one waits, 0 for none."""

    jobs: dict[tuple[str, str], int]
    oldest_due_seconds: float


def job_counts() -> JobCounts:
    """How full the queue is, all cabinets together."""
    counted = Job.objects.order_by().values_list("kind", "state").annotate(count=Count("pk"))
    now = clock.wall()
    first = Job.objects.filter(state="queued", due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    oldest = (now - first).total_seconds() if first else 0.0
    return JobCounts({(kind, state): count for kind, state, count in counted}, oldest)
