"""What was written into the outbox is delivered once, tried again, or given up for good."""

import logging
from pathlib import Path

import pytest
from django.db import connection, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.kit import clock
from openlk.messages import sending
from openlk.messages.actions import queue
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.models import Message
from openlk.messages.sending import BATCH, LEASE, send_due
from openlk.messages.tests.outbox import SECRETS, VALUES, Post, message, write
from tests.support.definitions import changed
from tests.support.stage import Wall


def test_a_queued_letter_is_sent_once(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    assert [send_due(cabinet), send_due(cabinet)] == [1, 0]
    (parcel,) = post.parcels
    assert parcel.recipient == "anna@example.org"
    assert parcel.subject == "Обращение № 123456789 получено в АЛЬФЕ"
    assert (parcel.sender, parcel.sender_name, parcel.cabinet) == ("help@alpha.example", "АЛЬФА", "alpha")
    kept = message(cabinet)
    assert (kept.state, kept.attempts, kept.sent_at, kept.leased_until) == ("sent", 1, wall.at, None)


def test_a_letter_of_a_fact_that_was_undone_is_never_sent(post: Post, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        queue("email", "anna@example.org", "support_received", VALUES)
        transaction.set_rollback(True)
    assert send_due(cabinet) == 0


def test_another_cabinets_letters_are_not_ours_to_send(post: Post, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    write(cabinet)
    assert send_due(other_cabinet) == 0
    assert send_due(cabinet) == 1
    assert "АЛЬФЕ" in post.parcels[0].subject


def test_no_transaction_is_open_while_sending(
    own_database: object, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Watching(Channel):
        def deliver(self, parcel: Parcel) -> Delivery:
            seen.append(connection.in_atomic_block)
            return Delivery("yes")

    monkeypatch.setattr(sending, "plugins", lambda *_: {"email": Watching})
    write(cabinet)
    send_due(cabinet)
    assert seen == [False]


def test_what_is_refused_for_good_is_not_tried_again(
    post: Post, cabinet: Cabinet, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    write(cabinet)
    post.answers = [Delivery("no", "550 no such mailbox")]
    with caplog.at_level(logging.WARNING, "openlk.messages"):
        send_due(cabinet)
    assert (message(cabinet).state, message(cabinet).last_error) == ("failed", "550 no such mailbox")
    assert "attempt 1: no" in caplog.text
    assert "550" not in caplog.text, "the other side's words may name the recipient"
    assert "anna@example.org" not in caplog.text
    wall.forward(days=1)
    assert send_due(cabinet) == 0


def test_a_dead_workers_letter_is_taken_over(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet)
    assert sending._claim(cabinet, "email") is not None  # and then the worker dies
    assert send_due(cabinet) == 0
    wall.forward(seconds=LEASE.total_seconds() - 1)
    assert send_due(cabinet) == 0
    wall.forward(seconds=1)
    assert send_due(cabinet) == 1


def test_who_lost_the_lease_does_not_undo_what_another_did(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    """A worker that hung for longer than its lease comes back with a refusal; the letter has gone out since."""
    write(cabinet)
    slow = sending._claim(cabinet, "email")
    assert slow is not None
    wall.forward(seconds=LEASE.total_seconds())
    assert send_due(cabinet) == 1
    sending._settle(cabinet, slow, Delivery("no", "too late"), clock.monotonic())
    assert (message(cabinet).state, message(cabinet).attempts) == ("sent", 1)


def test_what_was_said_does_not_lie_about_once_it_is_sent(post: Post, cabinet: Cabinet) -> None:
    write(cabinet)
    assert message(cabinet).values == VALUES | SECRETS
    send_due(cabinet)
    assert message(cabinet).values == {}


def test_the_oldest_go_first_a_batch_at_a_time(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(BATCH + 5):
        wall.forward(seconds=1)
        write(cabinet, f"m{number}@example.org")
    assert [send_due(cabinet), send_due(cabinet), send_due(cabinet)] == [BATCH, 5, 0]
    assert [parcel.recipient for parcel in post.parcels] == [f"m{number}@example.org" for number in range(BATCH + 5)]


@pytest.mark.parametrize("letter", ["nosuch", "cabinet_created", "broken"], ids=["absent", "lacking values", "broken"])
def test_a_letter_that_cannot_be_made_holds_nobody_up(
    post: Post, cabinet: Cabinet, tmp_path: Path, letter: str
) -> None:
    copy = changed(cabinet, tmp_path, {})
    (copy.folder / "letters" / "broken.md").write_text("no head", encoding="utf-8")
    with added(copy):
        write(copy, letter=letter)
        write(copy, "second@example.org")
        assert send_due(copy) == 2
    assert [parcel.recipient for parcel in post.parcels] == ["second@example.org"]
    with scope(copy):
        assert set(Message.objects.values_list("recipient", "state")) == {
            ("anna@example.org", "queued"),
            ("second@example.org", "sent"),
        }
        assert Message.objects.get(state="queued").attempts == 1


def test_a_channel_that_is_gone_holds_nobody_up(post: Post, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        queue("pigeon", "anna@example.org", "support_received", VALUES)
    write(cabinet, "second@example.org")
    assert send_due(cabinet) == 2
    assert [parcel.recipient for parcel in post.parcels] == ["second@example.org"]
