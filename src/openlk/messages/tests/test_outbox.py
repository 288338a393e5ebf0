"""What was written into the outbox is delivered once, tried again, or given up for good."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.messages import actions
from openlk.messages.actions import BATCH, LEASE, MAX_ATTEMPTS, queue, send_due
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.models import Message
from tests.support.definitions import changed
from tests.support.stage import Wall

VALUES = {"number": "123456789"}


class Post:
    """Takes parcels instead of a mail server, and answers as it is told."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.answers: list[Delivery] = []

    def channels(self, *_: object) -> dict[str, type[Channel]]:
        """What discovery would give."""
        post = self

        class Taking(Channel):
            def deliver(self, parcel: Parcel) -> Delivery:
                post.parcels.append(parcel)
                return post.answers.pop(0) if post.answers else Delivery("yes")

        return {"email": Taking, "sms": Taking}


@pytest.fixture
def post(db: None, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Stands where the channels stand."""
    made = Post()
    monkeypatch.setattr(actions, "plugins", made.channels)
    return made


def _queue(cabinet: Cabinet, recipient: str = "anna@example.org", letter: str = "support_received") -> None:
    with scope(cabinet), transaction.atomic():
        queue("email", recipient, letter, VALUES)


def _message(cabinet: Cabinet) -> Message:
    with scope(cabinet):
        found: Message = Message.objects.get()
    return found


def test_a_queued_letter_is_sent_once(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    _queue(cabinet)
    assert [send_due(cabinet), send_due(cabinet)] == [1, 0]
    (parcel,) = post.parcels
    assert parcel.recipient == "anna@example.org"
    assert parcel.subject == "Обращение № 123456789 получено в АЛЬФЕ"
    assert (parcel.sender, parcel.sender_name, parcel.cabinet) == ("help@alpha.example", "АЛЬФА", "alpha")
    message = _message(cabinet)
    assert (message.state, message.attempts, message.sent_at, message.leased_until) == ("sent", 1, wall.at, None)


def test_a_letter_of_a_fact_that_was_undone_is_never_sent(post: Post, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        queue("email", "anna@example.org", "support_received", VALUES)
        transaction.set_rollback(True)
    assert send_due(cabinet) == 0


def test_another_cabinets_letters_are_not_ours_to_send(post: Post, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    _queue(cabinet)
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

    monkeypatch.setattr(actions, "plugins", lambda *_: {"email": Watching})
    _queue(cabinet)
    send_due(cabinet)
    assert seen == [False]


def test_tries_grow_apart_up_to_an_hour(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    _queue(cabinet)
    delays = []
    for _ in range(12):
        post.answers = [Delivery("unknown", "later")]
        assert send_due(cabinet) == 1
        delays.append((_message(cabinet).due_at - wall.at).total_seconds())
        assert send_due(cabinet) == 0, "not before it is due"
        wall.at = _message(cabinet).due_at
    assert delays == [20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]
    assert len({parcel.message_id for parcel in post.parcels}) == 1, "the same Message-ID at every try"


def test_a_letter_that_nobody_takes_is_given_up_after_a_day_or_more(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    _queue(cabinet)
    began = wall.at
    post.answers = [Delivery("unknown", "no route")] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS):
        wall.at = _message(cabinet).due_at
        assert send_due(cabinet) == 1
    message = _message(cabinet)
    assert (message.state, message.attempts, message.last_error) == ("failed", MAX_ATTEMPTS, "no route")
    assert wall.at - began > timedelta(days=1)
    wall.forward(days=30)
    assert send_due(cabinet) == 0


def test_what_is_refused_for_good_is_not_tried_again(
    post: Post, cabinet: Cabinet, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    _queue(cabinet)
    post.answers = [Delivery("no", "550 no such mailbox")]
    with caplog.at_level(logging.WARNING, "openlk.messages"):
        send_due(cabinet)
    assert (_message(cabinet).state, _message(cabinet).last_error) == ("failed", "550 no such mailbox")
    assert "attempt 1: no" in caplog.text
    assert "550" not in caplog.text, "the other side's words may name the recipient"
    assert "anna@example.org" not in caplog.text
    wall.forward(days=1)
    assert send_due(cabinet) == 0


def test_a_dead_workers_letter_is_taken_over(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    _queue(cabinet)
    assert actions._claim(cabinet) is not None  # and then the worker dies
    assert send_due(cabinet) == 0
    wall.forward(seconds=LEASE.total_seconds() - 1)
    assert send_due(cabinet) == 0
    wall.forward(seconds=1)
    assert send_due(cabinet) == 1


def test_who_lost_the_lease_does_not_undo_what_another_did(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    """A worker that hung for longer than its lease comes back with a refusal; the letter has gone out since."""
    _queue(cabinet)
    slow = actions._claim(cabinet)
    assert slow is not None
    wall.forward(seconds=LEASE.total_seconds())
    assert send_due(cabinet) == 1
    actions._settle(cabinet, slow, Delivery("no", "too late"))
    assert (_message(cabinet).state, _message(cabinet).attempts) == ("sent", 1)


def test_what_was_said_does_not_lie_about_once_it_is_sent(post: Post, cabinet: Cabinet) -> None:
    _queue(cabinet)
    assert _message(cabinet).values == VALUES
    send_due(cabinet)
    assert _message(cabinet).values == {}


def test_the_oldest_go_first_a_batch_at_a_time(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(BATCH + 5):
        wall.forward(seconds=1)
        _queue(cabinet, f"m{number}@example.org")
    assert [send_due(cabinet), send_due(cabinet), send_due(cabinet)] == [BATCH, 5, 0]
    assert [parcel.recipient for parcel in post.parcels] == [f"m{number}@example.org" for number in range(BATCH + 5)]


@pytest.mark.parametrize("letter", ["nosuch", "cabinet_created", "broken"], ids=["absent", "lacking values", "broken"])
def test_a_letter_that_cannot_be_made_holds_nobody_up(
    post: Post, cabinet: Cabinet, tmp_path: Path, letter: str
) -> None:
    copy = changed(cabinet, tmp_path, {})
    (copy.folder / "letters" / "broken.md").write_text("no head", encoding="utf-8")
    with added(copy):
        _queue(copy, letter=letter)
        _queue(copy, "second@example.org")
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
    _queue(cabinet, "second@example.org")
    assert send_due(cabinet) == 2
    assert [parcel.recipient for parcel in post.parcels] == ["second@example.org"]
