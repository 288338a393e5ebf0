"""Channels that are down rest for a while, so that nobody waits behind a server that does not answer."""

import threading
from datetime import datetime, timedelta

from openlk.kit import clock

FIRST_REST = timedelta(seconds=1)
# When a gateway comes back, every worker knows it within this time.
LONGEST_REST = timedelta(seconds=30)
_MOST_DOUBLINGS = 5


class Rests:
    """Which channels rest in this process. Another process finds out by itself, with one try of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._began: dict[str, datetime] = {}

    def note(self, channel: str, *, down: bool) -> None:
        """Note that the channel answered, or that it is down: then it rests, each time twice as long."""
        with self._lock:
            if down:
                self._failures[channel] = self._failures.get(channel, 0) + 1
                self._began[channel] = clock.wall()
            else:
                self._failures.pop(channel, None)

    def resting(self, channel: str) -> bool:
        """Whether the channel is left alone now."""
        with self._lock:
            failures = self._failures.get(channel, 0)
            if not failures:
                return False
            rested = clock.wall() - self._began[channel]
        # A clock that was put back ends the rest: it must not last until the old time comes again.
        doubled: timedelta = FIRST_REST * 2 ** min(failures - 1, _MOST_DOUBLINGS)
        return timedelta(0) <= rested < min(doubled, LONGEST_REST)
