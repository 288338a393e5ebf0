"""When a mail server or a gateway is away, and when it comes back."""

from datetime import timedelta

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.actions import queue
from openlk.messages.channel import Delivery
from openlk.messages.resting import Rests
from openlk.messages.retries import GIVE_UP_AFTER, MAX_ATTEMPTS, SHORT_WAIT
from openlk.messages.sending import MOST_WAKES, send_due
from openlk.messages.tests.outbox import VALUES, Post, delays, message, messages, write
from tests.support.stage import Wall


def test_tries_grow_apart_up_to_five_minutes(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    for delay, longest in zip(delays(post, cabinet, wall, 9), [10, 20, 40, 80, 160, 300, 300, 300, 300], strict=True):
        assert 0.75 * longest <= delay <= longest
    assert len({parcel.message_id for parcel in post.parcels}) == 1, "the same Message-ID at every try"


def test_an_outage_is_never_prolonged_by_more_than_an_eighth(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    """Whenever the gateway comes back, the next try is at most five minutes or an eighth of the outage away."""
    write(cabinet)
    began, longest = wall.at, 0.0
    for _ in range(60):
        (delay,) = delays(post, cabinet, wall, 1)
        age = (wall.at - began).total_seconds() - delay
        assert delay <= max(SHORT_WAIT.total_seconds(), age / 8)
        longest = max(longest, delay)
    assert 2700 <= longest <= 3600, "letters that are old wait for up to an hour"


def test_tries_of_what_expires_are_quicker(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    ends = wall.at + timedelta(minutes=10)
    with scope(cabinet), transaction.atomic():
        queue("email", "anna@example.org", "support_received", VALUES, expires_at=ends)
    tries = 0
    while message(cabinet).state == "queued":
        before = wall.at
        post.answers = [Delivery("unknown", "later")]
        tries += send_due(cabinet)
        wall.at = max(message(cabinet).due_at, before + timedelta(seconds=1))
        assert wall.at - before <= timedelta(seconds=75)
    assert tries >= 12
    assert message(cabinet).state == "expired"
    assert wall.at <= ends


def test_a_letter_that_nobody_takes_is_given_up_after_days(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    began = wall.at
    for _ in range(MAX_ATTEMPTS):
        post.answers = [Delivery("unknown", "no route")]
        assert send_due(cabinet) == 1
        if message(cabinet).state == "failed":
            break
        wall.at = message(cabinet).due_at
    kept = message(cabinet)
    assert (kept.state, kept.last_error, kept.values) == ("failed", "no route", {})
    assert GIVE_UP_AFTER <= wall.at - began < GIVE_UP_AFTER + timedelta(hours=1)
    assert kept.attempts < 200
    wall.forward(days=30)
    assert send_due(cabinet) == 0


def test_a_channel_that_is_down_rests_and_the_others_work(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(3):
        write(cabinet, f"m{number}@example.org")
    post.answers = [Delivery("unknown", "refused", down=True)]
    assert send_due(cabinet) == 1, "the first one found out; the others keep their tries"
    with scope(cabinet), transaction.atomic():
        queue("pigeon", "+79120000001", "support_received", VALUES)
    assert send_due(cabinet) == 1
    assert [each.attempts for each in messages(cabinet)] == [1, 0, 0, 1]
    wall.forward(seconds=1)
    assert send_due(cabinet) == 3, "two that waited, and they wake the one that failed"
    assert sorted(each.state for each in messages(cabinet)) == ["queued", "sent", "sent", "sent"]


def test_a_rest_grows_to_half_a_minute_and_ends_with_an_answer(wall: Wall) -> None:
    rests, lengths = Rests(), []
    for _ in range(8):
        rests.note("sms", down=True)
        began = wall.at
        while rests.resting("sms"):
            wall.forward(seconds=0.5)
        lengths.append((wall.at - began).total_seconds())
    assert lengths == [1, 2, 4, 8, 16, 30, 30, 30]
    assert not rests.resting("email")
    rests.note("sms", down=True)
    wall.at -= timedelta(days=1)
    assert not rests.resting("sms"), "a clock that was put back does not hold a channel for a day"
    wall.at += timedelta(days=1)
    rests.note("sms", down=False)
    assert not rests.resting("sms")


def test_one_success_wakes_what_failed_before(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    delays(post, cabinet, wall, 8)
    post.answers = [Delivery("unknown", "later")]
    send_due(cabinet)
    assert message(cabinet).due_at - wall.at > timedelta(minutes=3)
    write(cabinet, "second@example.org")
    assert send_due(cabinet) == 2
    assert {each.state for each in messages(cabinet)} == {"sent"}


def test_a_message_that_goes_nowhere_is_not_woken_for_ever(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    post.answers = [Delivery("unknown", "later")]
    send_due(cabinet)
    for number in range(2 * MOST_WAKES):
        write(cabinet, f"m{number}@example.org")
        post.answers = [Delivery("yes"), Delivery("unknown", "later")]
        send_due(cabinet)
    assert messages(cabinet)[0].attempts == 1 + MOST_WAKES
