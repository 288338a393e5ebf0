"""What the outbox holds: for the desk and for /metrics. Call inside a scope."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from openlk.kit import clock
from openlk.messages.models import DeliveryAttempt, Message

MOST_LISTED = 100


@dataclass(frozen=True)
class Try:
    """One try to hand a message over; `detail` is a code of the answer."""

    at: datetime
    outcome: str
    detail: str
    milliseconds: int


@dataclass(frozen=True)
class Sent:
    """One message and its latest tries, oldest first; what it said is not among it."""

    letter: str
    channel: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    tries: tuple[Try, ...]


def _sent(message: Message) -> Sent:
    rows: list[DeliveryAttempt] = sorted(message.tries.all(), key=lambda row: row.number)
    tries = tuple(Try(row.at, row.outcome, row.detail, row.milliseconds) for row in rows)
    return Sent(
        message.letter,
        message.channel,
        message.state,
        message.created_at,
        message.sent_at,
        message.attempts,
        tries,
    )


def deliveries(recipient: str, limit: int = MOST_LISTED) -> list[Sent]:
    """What was written to one address or number and what came of it, newest first, at most a hundred."""
    found = Message.objects.filter(recipient=recipient).exclude(state="decoy").order_by("-pk")
    return [_sent(each) for each in found.prefetch_related("tries")[: min(limit, MOST_LISTED)]]


@dataclass(frozen=True)
class OutboxCounts:
    """`messages`: (channel, state) → how many rows; `oldest_due_seconds`: channel → how long one waits to be sent."""

    messages: dict[tuple[str, str], int]
    oldest_due_seconds: dict[str, float]


def outbox_counts() -> OutboxCounts:
    """How full the outbox is. Decoys are counted apart, under their own state."""
    counted = Message.objects.order_by().values_list("channel", "state").annotate(count=Count("pk"))
    now = clock.wall()
    due = Message.objects.filter(state="queued", due_at__lte=now).order_by()
    oldest = due.values_list("channel").annotate(first=Min("due_at"))
    return OutboxCounts(
        {(channel, state): count for channel, state, count in counted},
        {channel: (now - first).total_seconds() for channel, first in oldest},
    )
