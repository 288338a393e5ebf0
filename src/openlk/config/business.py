"""What /metrics tells of the database: messages, jobs, runs and workers."""

from collections.abc import Iterable, Iterator
from threading import Lock

from django.db import DatabaseError, connection
from django.db.models import Count, Max
from prometheus_client.core import GaugeMetricFamily, Metric

from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.jobs.models import Job, Worker
from openlk.jobs.queries import job_counts
from openlk.jobs.worker import ALIVE
from openlk.kit import clock
from openlk.messages.queries import outbox_counts

# Counting takes this share of the time at most, however many rows there are and however often somebody asks.
MOST_OF_THE_TIME = 0.01
LEAST_SECONDS = 5.0


def _workers() -> Iterator[Metric]:
    alive = Worker.objects.filter(seen_at__gt=clock.wall() - ALIVE).count()
    yield GaugeMetricFamily("openlk_workers_alive", "Workers that were seen within a minute.", value=alive)


def _jobs() -> Iterator[Metric]:
    found = job_counts()
    jobs = GaugeMetricFamily("openlk_jobs", "Jobs, by kind and state; imports are a kind.", labels=["kind", "state"])
    for (kind, state), count in found.jobs.items():
        jobs.add_metric([kind, state], count)
    yield jobs
    words = "How late the oldest due job is."
    yield GaugeMetricFamily("openlk_jobs_oldest_due_seconds", words, value=found.oldest_due_seconds)
    last = GaugeMetricFamily(
        "openlk_jobs_last_done_timestamp_seconds", "When a job of the kind last ended well.", labels=["kind"]
    )
    done = Job.objects.filter(state="done").order_by().values_list("kind").annotate(last=Max("finished_at"))
    for kind, moment in done:
        last.add_metric([kind], moment.timestamp())
    yield last


def _messages() -> Iterator[Metric]:
    counts = GaugeMetricFamily(
        "openlk_messages", "Messages in the outbox, by state.", labels=["cabinet", "channel", "state"]
    )
    oldest = GaugeMetricFamily(
        "openlk_messages_oldest_due_seconds", "How late the oldest due message is.", labels=["cabinet", "channel"]
    )
    for slug, cabinet in cabinets().items():
        with scope(cabinet):
            found = outbox_counts()
        for (channel, state), count in found.messages.items():
            counts.add_metric([slug, channel, state], count)
        for channel, seconds in found.oldest_due_seconds.items():
            oldest.add_metric([slug, channel], seconds)
    yield counts
    yield oldest


def _runs() -> Iterator[Metric]:
    runs = GaugeMetricFamily("openlk_runs", "Runs of declared journeys.", labels=["cabinet", "flow", "state"])
    for slug, cabinet in cabinets().items():
        with scope(cabinet):
            rows = Run.objects.order_by().values_list("flow_version__flow", "state").annotate(count=Count("pk"))
            for flow, state, count in rows:
                runs.add_metric([slug, flow, state], count)
    yield runs


class _Remembered:
    """The last answer, until it is old enough: a hundred times as old as the counting took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._known: list[Metric] = []

    def get(self) -> list[Metric]:
        """Today's numbers, or those of a moment ago; `openlk_database_up` 0 alone when the database is away."""
        with self._lock:
            if clock.monotonic() >= self._until:
                started = clock.monotonic()
                self._known = list(self._counted())
                took = clock.monotonic() - started
                self._until = started + max(LEAST_SECONDS, took / MOST_OF_THE_TIME)
            return self._known

    def forget(self) -> None:
        """Count anew at the next question."""
        self._until = 0.0

    @staticmethod
    def _counted() -> Iterator[Metric]:
        try:
            found = [*_workers(), *_jobs(), *_messages(), *_runs()]
        except DatabaseError:
            connection.close()
            found = []
        yield GaugeMetricFamily("openlk_database_up", "Whether the database answers.", value=1 if found else 0)
        yield from found


remembered = _Remembered()


def business_metrics() -> Iterable[Metric]:
    """The numbers of the database, counted at most every few seconds."""
    return remembered.get()
