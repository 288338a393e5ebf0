"""Around every request: its id, its line in the log, and what /metrics counts of it."""

import logging
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Gauge, Histogram

from openlk.config.masking import REQUEST_LINE
from openlk.config.tracing import Trace, request_id, traced
from openlk.kit import clock

logger = logging.getLogger("openlk.access")

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
# Asked for every few seconds by machines: a line of each would drown those of people.
_PROBES = frozenset({"livez", "readyz", "metrics"})
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter("openlk_requests", "Answered requests, by page (never by path).", ["view", "method", "status"])
SECONDS = Histogram("openlk_request_seconds", "How long a request took.", ["view"], buckets=_BUCKETS)
IN_FLIGHT = Gauge("openlk_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")


@cache
def _counters(view: str, method: str, status: str) -> tuple[Counter, Histogram]:
    """Both series of one kind of request; views are names of pages, so there is an end to them."""
    return REQUESTS.labels(view, method, status), SECONDS.labels(view)


class Observed:
    """The outermost middleware: what it measures is all that Django does for a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = clock.monotonic()
        # Asking for the CPU costs more than all counting: only where a line tells it.
        cpu_started = clock.cpu() if logger.isEnabledFor(logging.INFO) else None
        trace = Trace(request, request_id(request))
        request.request_id = trace.request_id  # type: ignore[attr-defined]  # for the page of a failure
        token = traced.set(trace)
        IN_FLIGHT.inc()
        try:
            response = self.get_response(request)
            cpu_seconds = 0.0 if cpu_started is None else clock.cpu() - cpu_started
            self._note(trace, response, clock.monotonic() - started, cpu_seconds)
        finally:
            IN_FLIGHT.dec()
            traced.reset(token)
        response.headers["X-Request-ID"] = trace.request_id
        return response

    @staticmethod
    def _note(trace: Trace, response: HttpResponse, seconds: float, cpu_seconds: float) -> None:
        method = trace.request.method if trace.request.method in _METHODS else "other"
        view, status = trace.view, response.status_code
        answered, took = _counters(view, method or "other", f"{status // 100}xx")
        answered.inc()
        took.observe(seconds)
        # «Not now» (503) is an answer; every other 5xx is a failure of ours.
        failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE
        level = logging.ERROR if failed else logging.INFO
        if view not in _PROBES and logger.isEnabledFor(level):
            _write(level, method or "other", view, status, seconds, cpu_seconds)


def _write(level: int, method: str, view: str, status: int, seconds: float, cpu_seconds: float) -> None:
    logger.log(
        level,
        REQUEST_LINE,
        method,
        view,
        status,
        extra={
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "cpu_milliseconds": round(cpu_seconds * 1000, 1),
        },
    )
