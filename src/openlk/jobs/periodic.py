"""What a room may ask of the worker: a file `schedule.py` with a list TASKS of PeriodicTask."""

from collections.abc import Callable
from dataclasses import dataclass

from openlk.cabinets.loading import Cabinet


@dataclass(frozen=True)
class PeriodicTask:
    """`run(cabinet)` every `every_seconds`, inside the current cabinet but outside any scope.

    It returns how many things it did; a round that did something is followed by another at once.
    """

    key: str
    every_seconds: float
    run: Callable[[Cabinet], int]
