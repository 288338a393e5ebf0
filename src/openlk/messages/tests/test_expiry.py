"""A code that died on its way is never sent."""

from datetime import timedelta

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.kit import clock
from openlk.messages import sending
from openlk.messages.channel import Channel, Delivery
from openlk.messages.sending import LEASE, expire_late, send_due
from openlk.messages.tests.outbox import Post, message, write
from tests.support.stage import Wall


def test_what_expired_is_never_sent(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet, expires_at=wall.at + timedelta(minutes=10))
    wall.forward(minutes=10)
    assert send_due(cabinet) == 0
    assert expire_late(cabinet) == 1
    kept = message(cabinet)
    assert (kept.state, kept.values, kept.attempts, post.parcels) == ("expired", {}, 0, [])


def test_what_would_expire_on_its_way_is_not_sent(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    """A delivery may take as long as its channel allows; the code would arrive dead."""
    write(cabinet, expires_at=wall.at + timedelta(seconds=Channel.longest_seconds))
    assert send_due(cabinet) == 1
    assert (message(cabinet).state, message(cabinet).values, post.parcels) == ("expired", {}, [])
    write(cabinet, expires_at=wall.at + timedelta(seconds=Channel.longest_seconds + 1))
    assert send_due(cabinet) == 1
    assert len(post.parcels) == 1


def test_without_the_last_look_it_would_be_sent(
    post: Post, cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control."""
    monkeypatch.setattr(sending, "_too_late", lambda *_: False)
    write(cabinet, expires_at=wall.at + timedelta(seconds=1))
    assert send_due(cabinet) == 1
    assert len(post.parcels) == 1


def test_what_is_being_sent_is_not_closed_under_the_worker(post: Post, cabinet: Cabinet, wall: Wall) -> None:
    write(cabinet, expires_at=wall.at + timedelta(seconds=40))
    claimed = sending._claim(cabinet, "email")
    assert claimed is not None
    wall.forward(seconds=41)
    assert expire_late(cabinet) == 0
    wall.forward(seconds=LEASE.total_seconds())
    assert expire_late(cabinet) == 1, "its worker is dead"
    sending._settle(cabinet, claimed, Delivery("yes"), clock.monotonic())
    assert message(cabinet).state == "expired"
