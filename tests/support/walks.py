"""`@walks(17, 18)`: which rows of docs/requirements.md a step of a journey walks."""

from collections.abc import Callable
from typing import TypeVar

Step = TypeVar("Step", bound=Callable[..., object])

FIRST_ROW = 1
LAST_ROW = 183


def walks(*rows: int) -> Callable[[Step], Step]:
    """Mark a journey's function; tests/house/test_requirements.py reads the numbers from the source."""
    wrong = [row for row in rows if not FIRST_ROW <= row <= LAST_ROW]
    if wrong or not rows:
        raise ValueError(f"rows of docs/requirements.md are {FIRST_ROW} to {LAST_ROW}, not {wrong or 'none'}")

    def marked(step: Step) -> Step:
        return step

    return marked
