"""What a room may ask to have done once: a list JOBS of JobKind in its schedule.py, beside TASKS."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings

from openlk.cabinets.loading import Cabinet
from openlk.kit.discovery import offered

Id = int | str


class Cancelled(Exception):
    """Somebody asked for the job to be cancelled."""


class LeaseLost(Exception):
    """The job was silent for too long, and another process has taken it over."""


class Stopping(Exception):
    """This process is being stopped; another one goes on with the job."""


class Refused(Exception):
    """There is no sense in another try. The words stand in the job's row: nothing of a person among them."""


class Handle(ABC):
    """The job as it sees itself."""

    id: int
    cabinet: Cabinet
    ids: Mapping[str, Id]
    # How far an earlier run of the same job had got.
    done: int

    @abstractmethod
    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is, at least once a minute: this renews the lease. Raises Cancelled, LeaseLost, Stopping.

        Called inside the transaction of a piece of work, it keeps that piece from being written twice.
        """


@dataclass(frozen=True)
class JobKind:
    """`run(handle)` in the current cabinet, outside any scope; it may be run again from the beginning at any time.

    `max_attempts`: how many tries without any progress.
    """

    key: str
    run: Callable[[Handle], None]
    max_attempts: int = 5


def kinds() -> dict[str, JobKind]:
    """Every kind of job that rooms offer. Raises ValueError when two have the same key."""
    found: dict[str, JobKind] = {}
    for room, module in offered(settings.ROOMS, "schedule").items():
        for kind in getattr(module, "JOBS", ()):
            if kind.key in found:
                raise ValueError(f"{room}: there is already a job «{kind.key}»")
            found[kind.key] = kind
    return found
