"""Rounds: one burst of every contender after another, in an order that turns round each time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from openlk.kit import clock
from tests.bench.accounting import cpu_seconds
from tests.bench.contenders import Contender

# What a process still does after its last answer (a connection that is closed) belongs to the burst.
_SETTLE_SECONDS = 0.1


@dataclass(frozen=True)
class Cost:
    """What one operation cost in one burst."""

    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True)
class Costs:
    """The bursts of one contender, in the order of the rounds."""

    title: str
    operations: int
    shown: str
    rounds: tuple[Cost, ...]

    @property
    def cpu_ms(self) -> float:
        """The median over the rounds."""
        return median(cost.cpu_ms for cost in self.rounds)

    @property
    def wall_ms(self) -> float:
        """The median over the rounds."""
        return median(cost.wall_ms for cost in self.rounds)


def cpu_ratio(one: Costs, other: Costs) -> float:
    """How many times the CPU of `other` `one` takes: the median of the ratios inside each round."""
    return median(a.cpu_ms / b.cpu_ms for a, b in zip(one.rounds, other.rounds, strict=True))


def _burst(contender: Contender, database: int) -> Cost:
    """`database`: the process id of PostgreSQL's first process."""
    roots = [contender.program.pid, *([database] if contender.uses_database else [])]
    contender.prepare()
    time.sleep(_SETTLE_SECONDS)
    cpu, wall = cpu_seconds(*roots), clock.monotonic()
    contender.burst()
    wall = clock.monotonic() - wall
    time.sleep(_SETTLE_SECONDS)
    cpu = cpu_seconds(*roots) - cpu
    return Cost(cpu * 1000 / contender.operations, wall * 1000 / contender.operations)


def measure(
    contenders: Sequence[Contender], rounds: int, database: int, progress: Callable[[int], None]
) -> dict[str, Costs]:
    """The costs by the contender's key; a round to warm up comes first and is not counted."""
    found: dict[str, list[Cost]] = {contender.key: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders if number % 2 else reversed(contenders):
            cost = _burst(contender, database)
            if number:
                found[contender.key].append(cost)
        progress(number)
    return {each.key: Costs(each.title, each.operations, each.shown, tuple(found[each.key])) for each in contenders}
