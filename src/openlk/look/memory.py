"""A small in-process memory for what every page shows and seldom changes."""

from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.kit import clock

Value = TypeVar("Value")

# Another process learns of a change at the latest after this long.
FRESH_SECONDS = 30.0

_memories: "WeakSet[Memory[Any]]" = WeakSet()


class Memory(Generic[Value]):
    """Remembers `read(cabinet, *key)`, run in the cabinet's scope, for 30 seconds or until `forget(cabinet)`."""

    def __init__(self, read: Callable[..., Value]) -> None:
        self._read = read
        self._lock = Lock()
        self._kept: dict[tuple[Cabinet, tuple[str, ...]], tuple[float, Value]] = {}
        _memories.add(self)

    def of(self, cabinet: Cabinet, *key: str) -> Value:
        """The remembered value, read again when it is too old."""
        kept = self._kept.get((cabinet, key))
        if kept is not None and clock.monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        with scope(cabinet):
            value = self._read(cabinet, *key)
        with self._lock:
            self._kept[cabinet, key] = (clock.monotonic(), value)
        return value

    def drop(self, cabinet: Cabinet) -> None:
        """Forget what this memory holds of a cabinet."""
        with self._lock:
            for known in [known for known in self._kept if known[0] is cabinet]:
                del self._kept[known]


def forget(cabinet: Cabinet) -> None:
    """Every memory of this process reads the cabinet anew; called by each action that changes what is remembered."""
    for memory in list(_memories):
        memory.drop(cabinet)
