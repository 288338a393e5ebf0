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
from openlk.kit.frontmatter import BadDocumentError
from openlk.messages import channels
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.letters import letter_of, rendered
from openlk.messages.models import Message

logger = logging.getLogger("openlk.messages")

BATCH = 20
# Longer than a whole batch can take when every delivery runs into its deadline.
LEASE = timedelta(minutes=10)
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


def _claim(cabinet: Cabinet) -> list[Message]:
    """Take due messages for this worker alone; a dead worker's lease runs out and another takes them over."""
    now = clock.wall()
    with scope(cabinet), transaction.atomic():
        due = Message.objects.filter(state="queued", due_at__lte=now).exclude(leased_until__gt=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        claimed = list(due.order_by("due_at", "pk")[:BATCH])
        Message.objects.filter(pk__in=[message.pk for message in claimed]).update(leased_until=now + LEASE)
    return claimed


def _retry_delay(attempts: int) -> timedelta:
    doublings: int = 2 ** min(attempts, MAX_DOUBLINGS)
    return min(FIRST_RETRY * doublings, LAST_RETRY)


def _settle(cabinet: Cabinet, message: Message, delivery: Delivery) -> None:
    now = clock.wall()
    message.attempts += 1
    message.leased_until = None
    message.last_error = delivery.detail[:300]
    if delivery.outcome == "yes":
        message.state, message.sent_at, message.last_error = "sent", now, ""
    elif delivery.outcome == "no" or message.attempts >= MAX_ATTEMPTS:
        message.state = "failed"
    else:
        message.due_at = now + _retry_delay(message.attempts)
    if message.state != "sent":
        # The other side's words may name the recipient: they stay in the row.
        logger.warning("message %s, attempt %s: %s", message.pk, message.attempts, delivery.outcome)
    with scope(cabinet), transaction.atomic():
        message.save(update_fields=["attempts", "leased_until", "last_error", "state", "sent_at", "due_at"])


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
        channel, parcel = known[message.channel](), _parcel(cabinet, message)
    except (LookupError, BadDocumentError) as error:
        # One message that cannot be made must not hold up the others.
        return Delivery("no", f"{type(error).__name__}: {error}")
    return channel.deliver(parcel)


def send_due(cabinet: Cabinet) -> int:
    """Send what is due in one cabinet; returns how many messages were tried. No transaction is open while sending."""
    known = plugins(channels.__name__, Channel)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    claimed = _claim(cabinet)
    for message in claimed:
        _settle(cabinet, message, _deliver(cabinet, message, known))
    return len(claimed)
