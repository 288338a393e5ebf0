"""What this room asks of the worker."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

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
    known = flows_of(cabinet)
    with scope(cabinet):
        names = set(Run.objects.filter(state="active").values_list("flow_version__flow", flat=True).distinct())
    for name in names:
        days = known[name].idle_days if name in known else 0
        idle = Q(state="active", waiting_for="person", acted_at__lt=clock.wall() - timedelta(days=days))
        with scope(cabinet), transaction.atomic():
            found = Run.objects.filter(idle, flow_version__flow=name).values_list("pk", flat=True)[:BATCH]
            # The condition once more: somebody may have come back between the two statements.
            closed += Run.objects.filter(idle, pk__in=list(found)).update(state="expired", answers=b"")
    return closed


TASKS = [PeriodicTask(key="flows.expire", every_seconds=600, run=expire_idle)]
