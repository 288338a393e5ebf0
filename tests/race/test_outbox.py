"""Several workers at one outbox: every letter goes out once."""

from collections import Counter
from collections.abc import Mapping
from threading import Barrier, Lock, local

import pytest
from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages import sending
from openlk.messages.actions import queue
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.models import Message
from openlk.messages.sending import BATCH, send_due
from tests.support.databases import OwnDatabase
from tests.support.threads import at_once

WORKERS = 4


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> "Counter[str]":
    """How often each recipient was written to."""
    counted: Counter[str] = Counter()
    lock = Lock()

    class Counting(Channel):
        def deliver(self, parcel: Parcel) -> Delivery:
            with lock:
                counted[parcel.recipient] += 1
            return Delivery("yes")

    known: Mapping[str, type[Channel]] = {"email": Counting}
    monkeypatch.setattr(sending, "plugins", lambda *_: known)
    return counted


def _queue(cabinet: Cabinet, count: int) -> None:
    with scope(cabinet), transaction.atomic():
        for number in range(count):
            queue("email", f"m{number}@example.org", "support_received", {"number": "1"})


def _work(cabinet: Cabinet) -> int:
    tried = 0
    while done := send_due(cabinet):
        tried += done
    return tried


def test_every_letter_is_sent_once(own_database: OwnDatabase, cabinet: Cabinet, sent: "Counter[str]") -> None:
    count = 3 * BATCH + 7
    _queue(cabinet, count)
    tried = at_once([lambda: _work(cabinet)] * WORKERS)
    assert all(isinstance(each, int) for each in tried), tried
    while _work(cabinet):
        pass  # what others had locked while the last one looked
    assert sent == {f"m{number}@example.org": 1 for number in range(count)}
    with scope(cabinet):
        assert Message.objects.filter(state="sent", attempts=1).count() == count


def test_without_the_lease_a_letter_goes_out_again_and_again(
    own_database: OwnDatabase, cabinet: Cabinet, sent: "Counter[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: workers that only look what is due take the same letter."""
    _queue(cabinet, 5)
    everybody_has_looked = Barrier(WORKERS)
    looked = local()

    def only_looking(each: Cabinet, _channel: str) -> Message | None:
        if getattr(looked, "once", False):
            return None
        looked.once = True
        with scope(each):
            due: Message | None = Message.objects.filter(state="queued").order_by("pk").first()
        everybody_has_looked.wait(30)
        return due

    monkeypatch.setattr(sending, "_claim", only_looking)
    assert at_once([lambda: send_due(cabinet)] * WORKERS) == [1] * WORKERS
    assert sent == {"m0@example.org": WORKERS}
