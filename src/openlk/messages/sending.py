"""Sending what lies in the outbox: one message at a time, under a lease, with no transaction open."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.jobs.errors import place_of
from openlk.kit import clock
from openlk.kit.discovery import plugins
from openlk.messages import channels
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.letters import letter_of, rendered
from openlk.messages.models import DeliveryAttempt, Message
from openlk.messages.resting import Rests
from openlk.messages.retries import given_up, retry_at

logger = logging.getLogger("openlk.messages")

BATCH = 20
ROUND_SECONDS = 5.0
# Longer than any delivery can take: every channel ends within its deadline of seconds.
LEASE = timedelta(minutes=2)
# What one message keeps of its tries.
MOST_KEPT_TRIES = 20
# A message whose channel came back so often and which still does not go: it is the message, not the channel.
MOST_WAKES = 3
EXPIRE_BATCH = 500
# What was said is no longer needed here: names and secrets do not lie about in the outbox.
_FORGOTTEN: Mapping[str, object] = {"sealed": b"", "plain": {}}

_rests = Rests()


def _due(now: datetime) -> QuerySet[Message]:
    due = Message.objects.filter(state="queued", due_at__lte=now).exclude(leased_until__gt=now)
    return due.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def _due_channels(cabinet: Cabinet) -> list[str]:
    with scope(cabinet):
        # Ordered, or Django would add the model's own ordering to the distinct.
        return list(_due(clock.wall()).order_by("channel").values_list("channel", flat=True).distinct())


def _claim(cabinet: Cabinet, channel: str) -> Message | None:
    """Take one due message for this worker alone; a dead worker's lease runs out and another takes it over."""
    now = clock.wall()
    with scope(cabinet), transaction.atomic():
        due = _due(now).filter(channel=channel)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        message: Message | None = due.order_by("due_at", "pk").first()
        if message is not None:
            message.leased_until, message.lease = now + LEASE, uuid4().hex
            message.save(update_fields=["leased_until", "lease"])
    return message


def _note_try(message: Message, number: int, delivery: Delivery, began: float) -> None:
    DeliveryAttempt.objects.create(
        message=message,
        number=number,
        at=clock.wall(),
        outcome=delivery.outcome,
        detail=delivery.code[:60],
        milliseconds=int((clock.monotonic() - began) * 1000),
    )
    if number > MOST_KEPT_TRIES:
        DeliveryAttempt.objects.filter(message=message, number__lte=number - MOST_KEPT_TRIES).delete()


def _wake_others(channel: str, now: datetime) -> None:
    """The channel answers again: what failed before need not wait for the time it was put off to."""
    waiting = Message.objects.filter(state="queued", channel=channel, due_at__gt=now, attempts__gt=0)
    waiting.filter(wakes__lt=MOST_WAKES).update(due_at=now, wakes=F("wakes") + 1)


def _settle(cabinet: Cabinet, message: Message, delivery: Delivery, began: float) -> None:
    """Write what came of a delivery, unless the lease was lost meanwhile and somebody else has it in hand."""
    now = clock.wall()
    attempts = message.attempts + 1
    changes: dict[str, object] = {"attempts": attempts, "leased_until": None, "last_error": delivery.detail[:300]}
    changes["wakes"] = message.wakes
    if delivery.outcome == "yes":
        changes |= {"state": "sent", "sent_at": now, "last_error": "", **_FORGOTTEN}
    elif given_up(message, delivery, now, attempts):
        changes |= {"state": "failed", **_FORGOTTEN}
    else:
        changes["due_at"] = retry_at(message, now, attempts)
    if delivery.outcome != "yes":
        # The other side's words may name the recipient: they stay in the row.
        logger.warning("message %s, attempt %s: %s %s", message.pk, attempts, delivery.outcome, delivery.code)
    with scope(cabinet), transaction.atomic():
        Message.objects.filter(pk=message.pk, lease=message.lease).update(**changes)
        _note_try(message, attempts, delivery, began)
        if delivery.outcome == "yes":
            _wake_others(message.channel, now)


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
    except Exception as error:  # noqa: BLE001 -- one that cannot be made must not hold up the others
        # It is tried again, perhaps by newer code; that its channel answers others changes nothing.
        message.wakes = MOST_WAKES
        logger.error("message %s cannot be made: %s", message.pk, place_of(error))  # noqa: TRY400 -- see place_of
        return Delivery("unknown", type(error).__name__, code=type(error).__name__)


def _too_late(message: Message, known: Mapping[str, type[Channel]]) -> bool:
    """Whether it could arrive after it expired: a delivery may take as long as its channel allows."""
    if message.expires_at is None or message.channel not in known:
        return False
    return clock.wall() + timedelta(seconds=known[message.channel].longest_seconds) >= message.expires_at


def _give_up_late(cabinet: Cabinet, message: Message) -> None:
    with scope(cabinet), transaction.atomic():
        mine = Message.objects.filter(pk=message.pk, lease=message.lease)
        mine.update(state="expired", leased_until=None, **_FORGOTTEN)


def _handle(cabinet: Cabinet, message: Message, known: Mapping[str, type[Channel]]) -> None:
    if _too_late(message, known):
        _give_up_late(cabinet, message)
        return
    began = clock.monotonic()
    delivery = _deliver(cabinet, message, known)
    _rests.note(message.channel, down=delivery.down)
    _settle(cabinet, message, delivery, began)


def _awake(due: Iterable[str]) -> list[str]:
    return [channel for channel in due if not _rests.resting(channel)]


def send_due(cabinet: Cabinet) -> int:
    """Send what is due in one cabinet; returns how many messages were tried. No transaction is open while sending.

    Channels take turns, and one that is down rests: nobody waits long behind it. It comes back after a few seconds
    even when more is due: other cabinets and the heartbeat have their turn.
    """
    known = plugins(channels.__name__, Channel)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    until = clock.monotonic() + ROUND_SECONDS
    tried = 0
    due = _due_channels(cabinet)
    while due := _awake(due):
        for channel in list(due):
            if clock.monotonic() >= until or tried >= BATCH:
                return tried
            message = _claim(cabinet, channel)
            if message is None:
                due.remove(channel)
                continue
            _handle(cabinet, message, known)
            tried += 1
    return tried


def expire_late(cabinet: Cabinet) -> int:
    """Close what expired before it could be sent, and forget what it said; returns how many."""
    now = clock.wall()
    with scope(cabinet):
        late = Message.objects.filter(state="queued", expires_at__lte=now).exclude(leased_until__gt=now)
        found = list(late.values_list("pk", flat=True)[:EXPIRE_BATCH])
        if not found:
            return 0
        with transaction.atomic():
            return late.filter(pk__in=found).update(state="expired", lease="", **_FORGOTTEN)
