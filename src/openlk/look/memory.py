"""A small in-process memory for what every page shows and seldom changes."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.kit import clock

Value = TypeVar("Value")

# Another process learns of a change at the latest after this long.
FRESH_SECONDS = 30.0


class Memory(Generic[Value]):
    """Remembers `read(cabinet)` for each cabinet for 30 seconds, or until `forget(cabinet)`."""

    def __init__(self, read: Callable[[Cabinet], Value]) -> None:
        self._read = read
        self._lock = Lock()
        self._kept: dict[Cabinet, tuple[float, Value]] = {}

    def of(self, cabinet: Cabinet) -> Value:
        """The remembered value, read again when it is too old."""
        kept = self._kept.get(cabinet)
        if kept is not None and clock.monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        with scope(cabinet):
            value = self._read(cabinet)
        with self._lock:
            self._kept[cabinet] = (clock.monotonic(), value)
        return value

    def forget(self, cabinet: Cabinet) -> None:
        """The next reader sees the database; called by every action that changes what is remembered."""
        with self._lock:
            self._kept.pop(cabinet, None)
