"""What the worker does for registers: forgets before-images that are too old to be used."""

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.jobs.periodic import PeriodicTask
from openlk.register.actions import forget_images


def sweep(cabinet: Cabinet) -> int:
    """Forget one range; the worker comes at once for the next."""
    with scope(cabinet):
        return forget_images()


TASKS = [PeriodicTask("register.sweep", 3600.0, sweep)]
