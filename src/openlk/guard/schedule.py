"""What this room asks of the worker."""

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.actions import sweep
from openlk.guard.challenges import sweep_challenges
from openlk.guard.devices import sweep_devices
from openlk.jobs.periodic import PeriodicTask


def sweep_budgets(cabinet: Cabinet) -> int:
    """Delete the budgets and challenges that no rule looks at any more."""
    with scope(cabinet), transaction.atomic():
        return sweep() + sweep_challenges()


def sweep_known_devices(cabinet: Cabinet) -> int:
    """Delete the browsers whose cookie is long over."""
    with scope(cabinet), transaction.atomic():
        return sweep_devices()


TASKS = [
    PeriodicTask(key="guard.sweep", every_seconds=600, run=sweep_budgets),
    # Once a day, without an index that every login would have to write to.
    PeriodicTask(key="guard.sweep_devices", every_seconds=86_400, run=sweep_known_devices),
]
