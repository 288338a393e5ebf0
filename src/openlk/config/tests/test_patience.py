"""Many threads wait, few work, and there are as many database connections as slots."""

from collections.abc import Iterable
from io import BytesIO
from threading import Lock, get_ident
from typing import Any

import pytest
from django.db import connection

from openlk.config.patience import Patient
from tests.support.databases import OwnDatabase
from tests.support.threads import at_once

SLOTS = 2
REQUESTS = 24


class _Watched:
    """An application that notes which connection each request had, and how many ran at once."""

    def __init__(self) -> None:
        self.connections: list[object] = []
        self.threads: set[int] = set()
        self.most_at_once = 0
        self._now = 0
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with self._lock:
            self.connections.append(connection.connection)
            self.threads.add(get_ident())
            self._now -= 1
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]


def _call(application: Any, body: bytes = b"", length: str | None = None) -> bytes:
    environ = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)) if length is None else length}
    return b"".join(application(environ, lambda *_: None))


def _together(application: Any) -> None:
    assert at_once([lambda: _call(application, b"form")] * REQUESTS) == [b"form"] * REQUESTS


def test_as_many_connections_as_slots(own_database: OwnDatabase) -> None:
    watched = _Watched()
    patient = Patient(watched, SLOTS)
    _together(patient)
    assert len(watched.threads) > SLOTS
    assert len(set(map(id, watched.connections))) <= SLOTS
    assert watched.most_at_once <= SLOTS
    for slot in list(patient._slots.queue):
        for each in slot.values():
            each.close()


def test_without_slots_every_thread_opens_its_own(own_database: OwnDatabase) -> None:
    """The control of the test above."""
    watched = _Watched()
    _together(watched)
    assert len(watched.threads) > SLOTS
    assert len(set(map(id, watched.connections))) == REQUESTS


def test_an_error_gives_the_slot_back(own_database: OwnDatabase) -> None:
    def broken(*_: object) -> Iterable[bytes]:
        raise ZeroDivisionError

    patient = Patient(broken, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            _call(patient)


@pytest.mark.parametrize(
    ("body", "declared", "given"),
    [
        (b"", "0", b""),
        (b"a" * 1000, "1000", b"a" * 1000),
        (b"a" * 262_144, "262144", b"a" * 262_144),
        (b"a" * 262_145, "262145", b""),
    ],
)
def test_a_form_arrives_whole_and_more_than_a_form_not_at_all(
    own_database: OwnDatabase, body: bytes, declared: str, given: bytes
) -> None:
    seen: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ["CONTENT_LENGTH"])
        return [environ["wsgi.input"].read()]

    assert _call(Patient(application, 1), body, declared) == given
    assert seen == [declared]


def test_half_a_form_reaches_nobody(own_database: OwnDatabase) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise AssertionError("half a form was taken for one")

    answered: list[str] = []
    environ = {"wsgi.input": BytesIO(b"half"), "CONTENT_LENGTH": "8"}
    assert b"".join(Patient(application, 1)(environ, lambda status, *_: answered.append(status))) == b""
    assert answered == ["400 Bad Request"]
