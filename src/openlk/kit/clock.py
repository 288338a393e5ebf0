"""The only source of time: business time, which a demo may move, and the clock on the wall."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class _Offset:
    """How far business time stands from the wall, one value for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value = timedelta()

    def get(self) -> timedelta:
        with self._lock:
            return self._value

    def set(self, value: timedelta) -> None:
        with self._lock:
            self._value = value

    def add(self, value: timedelta) -> None:
        with self._lock:
            self._value += value


_offset = _Offset()


def wall() -> datetime:
    """The real time now, aware, UTC: for sessions, codes, budgets and leases."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time now, aware, UTC: for facts such as a purchase or a hold; a demo may move it."""
    return wall() + _offset.get()


def monotonic() -> float:
    """Seconds that only grow, for measuring durations; the zero is arbitrary."""
    return time.monotonic()


def cpu() -> float:
    """Seconds of CPU that the current thread has used, for measuring work; the zero is arbitrary."""
    return time.thread_time()


def today(timezone: str) -> date:
    """The business date now in an IANA time zone, e.g. `Europe/Moscow`."""
    return now().astimezone(ZoneInfo(timezone)).date()


def set_offset(offset: timedelta) -> None:
    """Put business time this far ahead of the wall (behind it, if negative) for the whole process."""
    _offset.set(offset)


def offset() -> timedelta:
    """How far business time is ahead of the wall."""
    return _offset.get()


@contextmanager
def moved(delta: timedelta) -> Iterator[None]:
    """Move business time by `delta` inside the block; blocks nest and add up."""
    _offset.add(delta)
    try:
        yield
    finally:
        _offset.add(-delta)
