"""Writes of the register besides its import."""

from openlk.files.models import Import
from openlk.files.undoing import KEPT
from openlk.kit import clock
from openlk.register.models import Change

_RANGE_ROWS = 2000


def forget_images() -> int:
    """Delete a range of the before-images of imports that ended more than 30 days ago; how many they were."""
    old = Import.objects.filter(finished_at__lt=clock.now() - KEPT, state__in=["done", "rolled_back"])
    chosen = Change.objects.filter(import_id__in=old.values("pk")).values_list("pk", flat=True)[:_RANGE_ROWS]
    deleted, _ = Change.objects.filter(pk__in=list(chosen)).delete()
    return deleted
