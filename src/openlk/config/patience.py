"""Keeps slow senders away from the few threads that work.

The server calls the application as soon as a request's head is there, and reading its body then blocks the thread
without a limit: with two threads a worker, four people who send slowly would stop a site of two workers for ever. So
the server has many threads, which wait, and few slots, which work. A slot carries the database connections: there are
as many of them as slots, whichever thread works.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import LifoQueue
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from prometheus_client import Gauge

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Slot = dict[str, BaseDatabaseWrapper]

# What is larger than any form is read past, so that its sender hears why; beyond this the connection is cut.
READ_PAST_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

WAITING = Gauge("openlk_bodies_awaited", "Requests whose body is still arriving.", multiprocess_mode="livesum")


def _has_body(environ: dict[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _received(environ: dict[str, Any]) -> bool:
    """Put the body into memory, but never more than a form may have: of a larger one only the length is kept.

    Whether it came whole: half a form, from somebody who has gone, must not be taken for one.
    """
    declared = environ.get("CONTENT_LENGTH", "")
    body, seen_bytes = bytearray(), 0
    while seen_bytes < READ_PAST_BYTES:
        chunk = environ["wsgi.input"].read(_CHUNK_BYTES)
        if not chunk:
            break
        seen_bytes += len(chunk)
        if seen_bytes <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            body += chunk
    if seen_bytes > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        body.clear()
    # The length of a body in chunks was not known before.
    environ["CONTENT_LENGTH"] = str(seen_bytes)
    environ["wsgi.input"] = io.BytesIO(bytes(body))
    return declared in {"", str(seen_bytes)} or seen_bytes >= READ_PAST_BYTES


class Patient:
    """WSGI wrapper: waits for the body first, and only then takes one of `slots` and lets the application work."""

    def __init__(self, application: Application, slots: int) -> None:
        self.application = application
        self._slots: LifoQueue[Slot] = LifoQueue()
        for _ in range(slots):
            self._slots.put({})

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if _has_body(environ):
            with WAITING.track_inprogress():
                whole = _received(environ)
            if not whole:
                start_response("400 Bad Request", [("Content-Length", "0")])
                return [b""]
        with self._slot():
            chunks = self.application(environ, start_response)
            try:
                return [b"".join(chunks)]
            finally:
                # Ends the request for Django too, which looks after the connections: still inside the slot.
                getattr(chunks, "close", bool)()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        slot = self._slots.get()
        try:
            for alias in connections:
                if alias not in slot:
                    slot[alias] = connections.create_connection(alias)
                    slot[alias].inc_thread_sharing()
                connections[alias] = slot[alias]
            yield
        finally:
            # The thread lets go of them first: closing what another thread works with crashes the process.
            for alias in slot:
                del connections[alias]
            self._slots.put(slot)
