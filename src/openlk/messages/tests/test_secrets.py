"""What a message says is sealed until it is sent; one key is one message; a decoy is none."""

import logging
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages import sending
from openlk.messages.actions import queue
from openlk.messages.channel import Delivery
from openlk.messages.models import Message
from openlk.messages.sending import LEASE, expire_late, send_due
from openlk.messages.sweeping import DECOY_KEPT, sweep
from openlk.messages.tests.outbox import SECRETS, VALUES, Post, message, messages, write
from tests.support.stage import Wall


def test_no_word_of_a_message_lies_in_the_open(post: Post, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        queue("email", "anna@example.org", "support_received", {"number": "ПЕТРОВНА"}, secrets=SECRETS)
    kept = message(cabinet)
    assert kept.values == {"number": "ПЕТРОВНА", "code": "48215993"}
    with scope(cabinet):
        (row,) = Message.objects.values()
    stored = b"|".join(
        bytes(each) if isinstance(each, memoryview | bytes) else str(each).encode() for each in row.values()
    )
    assert b"48215993" not in stored
    assert "ПЕТРОВНА".encode() not in stored


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_secrets_are_gone_once_nothing_more_can_be_sent(post: Post, cabinet: Cabinet, outcome: Any) -> None:
    post.answers = [Delivery(outcome)]
    write(cabinet)
    send_due(cabinet)
    kept = message(cabinet)
    assert (bytes(kept.sealed), kept.plain, kept.values) == (b"", {}, {})


def test_secrets_are_not_in_the_log(
    post: Post, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaking(*_: object) -> None:
        raise ValueError("the code is 48215993")

    monkeypatch.setattr(sending, "rendered", breaking)
    write(cabinet)
    with caplog.at_level(logging.DEBUG):
        assert send_due(cabinet) == 1
    assert "cannot be made: ValueError at " in caplog.text
    assert "48215993" not in caplog.text
    kept = message(cabinet)
    assert "48215993" not in kept.last_error


def test_what_release_0_1_0_has_queued_is_sent(post: Post, cabinet: Cabinet) -> None:
    write(cabinet)
    with scope(cabinet):
        Message.objects.update(sealed=b"", plain={"number": "555"})
    assert send_due(cabinet) == 1
    assert "555" in post.parcels[0].subject
    assert message(cabinet).plain == {}


def test_the_same_key_is_one_message(post: Post, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        for _ in range(3):
            queue("email", "anna@example.org", "support_received", VALUES, key="ticket:1")
        assert Message.objects.count() == 1, "and the transaction goes on"
    write(cabinet, key="ticket:2")
    write(cabinet)
    write(cabinet)
    write(other_cabinet, key="ticket:1")
    assert len(messages(cabinet)) == 4
    assert len(messages(other_cabinet)) == 1


def test_without_the_key_there_would_be_three(post: Post, cabinet: Cabinet) -> None:
    """A control."""
    for _ in range(3):
        write(cabinet, key="")
    assert len(messages(cabinet)) == 3


def test_a_decoy_is_never_sent_and_soon_gone(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet, "nobody@nowhere.invalid", decoy=True, expires_at=wall.at + LEASE)
    wall.forward(minutes=5)
    assert (send_due(cabinet), expire_late(cabinet), sweep(cabinet)) == (0, 0, 0)
    assert post.parcels == []
    wall.forward(seconds=DECOY_KEPT.total_seconds())
    assert sweep(cabinet) == 1
    assert messages(cabinet) == []


def test_a_decoy_costs_the_same(post: Post, cabinet: Cabinet, django_assert_num_queries: Any) -> None:
    sizes = []
    for decoy in (False, True):
        with scope(cabinet), transaction.atomic(), CaptureQueriesContext(connection) as asked:
            queue("email", "anna@example.org", "support_received", VALUES, decoy=decoy)
        sizes.append((len(asked), len(messages(cabinet)[-1].sealed)))
    assert sizes[0] == sizes[1]
