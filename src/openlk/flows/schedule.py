"""What this room asks of the worker."""

from datetime import timedelta

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.definition import flows_of
from openlk.flows.models import Run
from openlk.jobs.periodic import PeriodicTask
from openlk.kit import clock

BATCH = 500


def expire_idle(cabinet: Cabinet) -> int:
    """Close runs whose person did not come back, and forget what they had answered."""
    closed = 0
    for name, flow in flows_of(cabinet).items():
        before = clock.wall() - timedelta(days=flow.idle_days)
        with scope(cabinet), transaction.atomic():
            idle = Run.objects.filter(
                flow_version__flow=name, state="active", waiting_for="person", acted_at__lt=before
            ).values_list("pk", flat=True)[:BATCH]
            closed += Run.objects.filter(pk__in=list(idle)).update(state="expired", answers=b"")
    return closed


TASKS = [PeriodicTask(key="flows.expire", every_seconds=600, run=expire_idle)]
