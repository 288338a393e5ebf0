"""How a line of the log looks, and what is worth one."""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any

from django.conf import settings

from openlk.config.masking import extras
from openlk.config.tracing import cabinet_at_work, traced

_as_json = json.JSONEncoder(ensure_ascii=False).encode

logger = logging.getLogger("openlk.process")


class NoReadinessNoise(logging.Filter):
    """Drops the line that Django writes for «not ready yet»: whoever asks /readyz reads the answer itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is kept."""
        return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE


class NoThreadsNoise(logging.Filter):
    """Drops granian's advice against many threads: most of ours only wait (config.patience)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is kept."""
        return not str(record.msg).startswith("Configuration allows spawning")


class JsonLines(logging.Formatter):
    """One record, one line, one JSON object: time (UTC), level, logger, message, then what is known of the request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; an exception is the field `exception`."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        trace = traced.get()
        if trace is not None:
            line |= {"request_id": trace.request_id, "view": trace.view}
        if slug := cabinet_at_work():
            line["cabinet"] = slug
        line |= extras(record)
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return _as_json(line)


def for_server() -> dict[str, Any]:
    """The same form and masks for what the web server itself has to say, which it would print to stdout as it is."""
    own = {"handlers": ["stderr"], "filters": ["threads"], "propagate": False}
    parts = {key: settings.LOGGING[key] for key in ("formatters", "filters", "handlers")}
    return {**parts, "loggers": {"_granian": own}}


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logger.critical("the process ends: an error that nobody took", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not issubclass(given.exc_type, SystemExit):
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def take_over() -> None:
    """From now on this process's warnings and uncaught errors are lines of the log as well, with its masks."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
