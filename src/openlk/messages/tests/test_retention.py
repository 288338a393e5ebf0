"""The log of tries, how long all is kept, and the numbers of it."""

from datetime import timedelta
from typing import Any

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.channel import Delivery
from openlk.messages.models import DeliveryAttempt, Message
from openlk.messages.queries import deliveries, outbox_counts
from openlk.messages.sending import MOST_KEPT_TRIES, expire_late, send_due
from openlk.messages.sweeping import FAILED_KEPT, SENT_KEPT, sweep
from openlk.messages.tests.outbox import Post, delays, message, write
from tests.support.stage import Wall


def test_every_try_is_noted_without_the_other_sides_words(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    post.answers = [Delivery("unknown", "450 anna@example.org is busy", "450"), Delivery("yes", code="250")]
    began = wall.at
    send_due(cabinet)
    wall.at = message(cabinet).due_at
    send_due(cabinet)
    with scope(cabinet):
        (sent,) = deliveries("anna@example.org")
        assert deliveries("other@example.org") == []
    assert (sent.state, sent.attempts, sent.letter) == ("sent", 2, "support_received")
    tries = [(each.at, each.outcome, each.detail) for each in sent.tries]
    assert tries == [(began, "unknown", "450"), (wall.at, "yes", "250")]
    assert all(0 <= each.milliseconds < 5000 for each in sent.tries)


def test_the_log_of_one_message_is_bounded(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    delays(post, cabinet, wall, MOST_KEPT_TRIES + 5)
    with scope(cabinet):
        numbers = list(DeliveryAttempt.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(6, MOST_KEPT_TRIES + 6))


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [("yes", SENT_KEPT), ("no", FAILED_KEPT), ("late", SENT_KEPT)],
    ids=["sent", "failed", "expired"],
)
def test_what_is_over_is_kept_for_a_while(
    post: Post, cabinet: Cabinet, wall: Wall, outcome: Any, kept: timedelta
) -> None:
    if outcome == "late":
        write(cabinet, expires_at=wall.at)
        expire_late(cabinet)
    else:
        post.answers = [Delivery(outcome)]
        write(cabinet)
        send_due(cabinet)
    wall.forward(seconds=kept.total_seconds())
    assert sweep(cabinet) == 0
    wall.forward(seconds=1)
    assert sweep(cabinet) == 1
    with scope(cabinet):
        assert (Message.objects.count(), DeliveryAttempt.objects.count()) == (0, 0)


def test_what_waits_is_never_swept(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    wall.forward(days=400)
    assert sweep(cabinet) == 0


def test_how_full_the_outbox_is_can_be_counted(
    post: Post, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall
) -> None:
    write(cabinet)
    send_due(cabinet)
    write(cabinet)
    write(cabinet, decoy=True)
    write(other_cabinet)
    wall.forward(seconds=90)
    with scope(cabinet):
        counts = outbox_counts()
    assert counts.messages == {("email", "sent"): 1, ("email", "queued"): 1, ("email", "decoy"): 1}
    assert counts.oldest_due_seconds == {"email": 90.0}
