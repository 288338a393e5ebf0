"""How long the outbox remembers."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.kit import clock
from openlk.messages.models import Message

SENT_KEPT = timedelta(days=30)
FAILED_KEPT = timedelta(days=90)
DECOY_KEPT = timedelta(hours=1)
BATCH = 500


def sweep(cabinet: Cabinet) -> int:
    """Delete messages that nobody will ask about any more, with their tries; returns how many, at most a batch."""
    now = clock.wall()
    old = (
        Q(state__in=("sent", "expired"), created_at__lt=now - SENT_KEPT)
        | Q(state="failed", created_at__lt=now - FAILED_KEPT)
        | Q(state="decoy", created_at__lt=now - DECOY_KEPT)
    )
    with scope(cabinet):
        found = list(Message.objects.filter(old).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not found:
            return 0
        with transaction.atomic():
            Message.objects.filter(pk__in=found).delete()
    return len(found)
