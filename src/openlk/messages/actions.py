"""Writing messages into the outbox, and sending them from there."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from django.db import connection, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.kit import clock
from openlk.kit.discovery import plugins
from openlk.messages import channels
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.letters import letter_of, rendered
from openlk.messages.models import Message

logger = logging.getLogger("openlk.messages")

BATCH = 20
ROUND_SECONDS = 5.0
# Longer than any delivery can take: every channel ends within its deadline of seconds.
LEASE = timedelta(minutes=2)
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(hours=1)
MAX_ATTEMPTS = 40
MAX_DOUBLINGS = 10


def queue(channel: str, recipient: str, letter: str, values: Mapping[str, str]) -> None:
    """Put one message into the outbox in the caller's transaction; it is rendered and sent by the worker."""
    now = clock.wall()
    Message.objects.create(
        channel=channel,
        recipient=recipient,
        letter=letter,
        values=dict(values),
        message_id=uuid4().hex,
        created_at=now,
        due_at=now,
    )


def _claim(cabinet: Cabinet) -> Message | None:
    """Take one due message for this worker alone; a dead worker's lease runs out and another takes it over."""
    now = clock.wall()
    with scope(cabinet), transaction.atomic():
        due = Message.objects.filter(state="queued", due_at__lte=now).exclude(leased_until__gt=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        message: Message | None = due.order_by("due_at", "pk").first()
        if message is not None:
            message.leased_until = now + LEASE
            message.save(update_fields=["leased_until"])
    return message


def _retry_delay(attempts: int) -> timedelta:
    doublings: int = 2 ** min(attempts, MAX_DOUBLINGS)
    return min(FIRST_RETRY * doublings, LAST_RETRY)


def _settle(cabinet: Cabinet, message: Message, delivery: Delivery) -> None:
    """Write what came of a delivery, unless the lease was lost meanwhile and somebody else has it in hand."""
    now = clock.wall()
    changes: dict[str, object] = {
        "attempts": message.attempts + 1,
        "leased_until": None,
        "last_error": delivery.detail[:300],
    }
    if delivery.outcome == "yes":
        # What was said is no longer needed here: names and contacts do not lie about in the outbox.
        changes |= {"state": "sent", "sent_at": now, "last_error": "", "values": {}}
    elif delivery.outcome == "no" or message.attempts + 1 >= MAX_ATTEMPTS:
        changes["state"] = "failed"
    else:
        changes["due_at"] = now + _retry_delay(message.attempts + 1)
    if delivery.outcome != "yes":
        # The other side's words may name the recipient: they stay in the row.
        logger.warning("message %s, attempt %s: %s", message.pk, message.attempts + 1, delivery.outcome)
    with scope(cabinet), transaction.atomic():
        Message.objects.filter(pk=message.pk, leased_until=message.leased_until).update(**changes)


def _parcel(cabinet: Cabinet, message: Message) -> Parcel:
    profile = cabinet.profile
    words = rendered(letter_of(cabinet, message.letter), message.values, message.channel)
    return Parcel(
        message_id=message.message_id,
        cabinet=cabinet.slug,
        sender_name=profile.name,
        sender=profile.support_email,
        recipient=message.recipient,
        subject=words.subject,
        text=words.text,
        html=words.html,
    )


def _deliver(cabinet: Cabinet, message: Message, known: Mapping[str, type[Channel]]) -> Delivery:
    try:
        return known[message.channel]().deliver(_parcel(cabinet, message))
    except Exception as error:
        # One message that cannot be made must not hold up the others; it is tried again, perhaps by newer code.
        logger.exception("message %s cannot be made", message.pk)
        return Delivery("unknown", f"{type(error).__name__}: {error}")


def send_due(cabinet: Cabinet) -> int:
    """Send what is due in one cabinet; returns how many messages were tried. No transaction is open while sending.

    It comes back after a few seconds even when more is due: other cabinets and the heartbeat have their turn.
    """
    known = plugins(channels.__name__, Channel)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    until = clock.monotonic() + ROUND_SECONDS
    tried = 0
    while clock.monotonic() < until and tried < BATCH:
        message = _claim(cabinet)
        if message is None:
            break
        _settle(cabinet, message, _deliver(cabinet, message, known))
        tried += 1
    return tried
