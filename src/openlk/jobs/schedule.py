"""What this room asks of the worker."""

from datetime import timedelta

from django.db.models import Q

from openlk.cabinets.loading import Cabinet
from openlk.jobs.models import Job
from openlk.jobs.periodic import PeriodicTask
from openlk.kit import clock

DONE_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)
BATCH = 500


def sweep(cabinet: Cabinet) -> int:
    """Delete this cabinet's jobs that were over long ago; returns how many, at most a batch."""
    now = clock.wall()
    old = Q(state__in=("done", "cancelled"), finished_at__lt=now - DONE_KEPT)
    old |= Q(state="failed", finished_at__lt=now - FAILED_KEPT)
    found = list(Job.objects.filter(old, cabinet=cabinet.slug).values_list("pk", flat=True)[:BATCH])
    if found:
        Job.objects.filter(pk__in=found).delete()
    return len(found)


TASKS = [PeriodicTask(key="jobs.sweep", every_seconds=600, run=sweep)]
