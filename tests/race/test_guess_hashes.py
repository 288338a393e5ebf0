"""Sixty-four people log in at once: no more passwords are hashed at a time than there are processors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import BoundedSemaphore, Event, Lock

import nacl.pwhash
import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.models import Budget
from openlk.identity import passwords
from openlk.identity.actions import LogIn, log_in
from openlk.identity.passwords import SLOTS, TooBusy
from tests.support.databases import OwnDatabase
from tests.support.threads import at_once

THREADS = 64


class Gauge:
    """How many were inside at once, at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self.most = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1


@pytest.fixture
def gauge(monkeypatch: pytest.MonkeyPatch) -> Gauge:
    """Watches the hash."""
    found = Gauge()
    verify: Callable[[bytes, bytes], bool] = nacl.pwhash.verify
    pause = Event()

    def watched(stored: bytes, password: bytes) -> bool:
        with found.one():
            pause.wait(0.01)
            return verify(stored, password)

    monkeypatch.setattr(nacl.pwhash, "verify", watched)
    # Here it is about how many at once, not how long: the machine may have other work.
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 120.0)
    return found


def _everybody(cabinet: Cabinet) -> list[LogIn | Exception]:
    """Sixty-four names from sixty-four networks; that nobody has them costs the same hash."""
    return at_once(
        [
            partial(log_in, cabinet, f"900000{number:04d}", "не тот", f"198.51.100.{number}", "")
            for number in range(THREADS)
        ]
    )


def test_no_more_hashes_at_once_than_processors(own_database: OwnDatabase, cabinet: Cabinet, gauge: Gauge) -> None:
    assert _everybody(cabinet) == [LogIn()] * THREADS
    assert 0 < gauge.most <= SLOTS


def test_without_the_bound_there_would_be_more(
    own_database: OwnDatabase, cabinet: Cabinet, gauge: Gauge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control."""
    monkeypatch.setattr(passwords, "_slots", BoundedSemaphore(THREADS))
    assert _everybody(cabinet) == [LogIn()] * THREADS
    assert gauge.most > SLOTS


def test_whoever_waits_too_long_is_told_so_and_has_spent_nothing(
    own_database: OwnDatabase, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_slots", BoundedSemaphore(1))
    with passwords._slots:
        answers = _everybody(cabinet)
    assert {type(each) for each in answers} == {TooBusy}
    with scope(cabinet):
        assert set(Budget.objects.values_list("tries", flat=True)) == {0}
