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
# Finished runs are kept as long as somebody may ask what became of an application.
KEPT = timedelta(days=180)


def expire_idle(cabinet: Cabinet) -> int:
    """Close runs whose person did not come back or whose flow is gone, and forget what they had answered."""
    unknown = ~Q(flow_version__flow__in=list(flows_of(cabinet)))
    idle = Q(state="active") & (Q(idle_at__lt=clock.wall()) | unknown)
    with scope(cabinet), transaction.atomic():
        found = list(Run.objects.filter(idle).values_list("pk", flat=True)[:BATCH])
        # The condition once more: somebody may have come back between the two statements.
        late = Q(idle_at__lt=clock.wall()) | unknown
        again = Run.objects.filter(late, state="active", pk__in=found).values("pk")
        return Run.objects.filter(state="active", pk__in=again).update(state="expired", answers=b"")


def forget_old(cabinet: Cabinet) -> int:
    """Delete runs that were over long ago; what they came to stands in the audit trail."""
    with scope(cabinet), transaction.atomic():
        old = Run.objects.exclude(state="active").filter(acted_at__lt=clock.wall() - KEPT)
        deleted, _ = Run.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    return deleted


TASKS = [
    PeriodicTask(key="flows.expire", every_seconds=600, run=expire_idle),
    PeriodicTask(key="flows.forget", every_seconds=3600, run=forget_old),
]
