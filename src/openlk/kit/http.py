"""JSON over HTTP with one deadline and an honest answer: yes, no, or we do not know."""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import Literal
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from openlk.kit import clock

LARGEST_BODY_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024

REFUSED = "connection refused"
DEADLINE_PASSED = "deadline passed"

# The server asks to come later; the request was neither done nor turned down.
_COME_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """What the other side said.

    `yes` is 2xx with a JSON object, `no` is 4xx except 408, 425 and 429; all else is `unknown`:
    the request may or may not have been carried out, unless `sent` is false: then it certainly was not.
    `detail` is for logs and engineers.
    """

    outcome: Literal["yes", "no", "unknown"]
    status: int | None
    data: object | None
    detail: str
    sent: bool = True


def post_json(url: str, body: object, *, deadline_seconds: float, headers: Mapping[str, str] | None = None) -> Answer:
    """POST `body` as JSON (bytes go as they are, for signed bodies) and answer within the deadline.

    The deadline covers everything from the name look-up to the last byte. No retries, no redirects followed,
    at most 1 MiB is read. Raises ValueError for an address that is not http(s), TypeError for a body not JSON.
    """
    encoded = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    return _Exchange("POST", url, encoded, sent, deadline_seconds).run()


def get_json(url: str, *, deadline_seconds: float, headers: Mapping[str, str] | None = None) -> Answer:
    """GET; the same promises as `post_json`."""
    return _Exchange("GET", url, None, dict(headers or {}), deadline_seconds).run()


class _Exchange:
    """One request in a thread of its own: only so can a deadline cover name look-up, handshake and a dripping body."""

    def __init__(self, method: str, url: str, body: bytes | None, headers: dict[str, str], deadline: float) -> None:
        self.method = method
        self.body = body
        self.headers = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        self.ends = clock.monotonic() + deadline
        self.connection, self.target = _connection(url, deadline)
        self.turn = threading.Lock()
        self.abandoned = False
        self.sent = False
        self.answer: Answer | None = None

    def run(self) -> Answer:
        worker = threading.Thread(target=self._work, name="http", daemon=True)
        worker.start()
        worker.join(max(0.0, self._left()))
        with self.turn:
            self.abandoned = True
            sent = self.sent
        if self.answer is not None:
            return self.answer
        self._cut()
        return Answer("unknown", None, None, DEADLINE_PASSED, sent)

    def _left(self) -> float:
        return self.ends - clock.monotonic()

    def _work(self) -> None:
        try:
            self.answer = self._exchange()
        except Exception as error:  # noqa: BLE001 - whatever broke, all that is known is that nothing is known
            self.answer = Answer("unknown", None, None, self._detail(error), self.sent)
        finally:
            self.connection.close()

    def _exchange(self) -> Answer:
        self.connection.connect()
        with self.turn:
            if self.abandoned:  # the caller has been told that nothing was sent
                raise TimeoutError(DEADLINE_PASSED)
            self.sent = True
        self.connection.request(
            self.method, self.target, body=self.body, headers=self.headers, preload_content=False, decode_content=False
        )
        response = self.connection.getresponse()
        try:
            body = self._read(response)
        finally:
            response.close()
        return _judge(response.status, body)

    def _read(self, response: BaseHTTPResponse) -> bytes | None:
        """The whole body, or None when it is larger than we read."""
        body = bytearray()
        while chunk := response.read1(CHUNK_BYTES):
            body += chunk
            if len(body) > LARGEST_BODY_BYTES:
                return None
            if self._left() <= 0:
                raise TimeoutError(DEADLINE_PASSED)
        return bytes(body)

    def _detail(self, error: Exception) -> str:
        if isinstance(error, NewConnectionError) and isinstance(error.__cause__, ConnectionRefusedError):
            return REFUSED
        if self._left() <= 0 or isinstance(error, TimeoutError):
            return DEADLINE_PASSED
        return f"{type(error).__name__}: {error}"[:200]

    def _cut(self) -> None:
        """Wake the thread that still waits for bytes, so that it ends too."""
        socket = self.connection.sock
        if socket is not None:
            with suppress(OSError):  # it may end by itself in this very moment
                socket.shutdown(SHUT_RDWR)


def _connection(url: str, deadline: float) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    kinds: dict[str, type[HTTPConnection]] = {"http": HTTPConnection, "https": HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url!r}")
    return kinds[parts.scheme](parts.hostname, parts.port, timeout=deadline), parse_url(url).request_uri


def _judge(status: int, body: bytes | None) -> Answer:
    if body is None:
        return Answer("unknown", status, None, f"the answer is larger than {LARGEST_BODY_BYTES} bytes")
    data = _parsed(body)
    if 200 <= status < 300:
        if isinstance(data, dict):
            return Answer("yes", status, data, f"HTTP {status}")
        return Answer("unknown", status, data, f"HTTP {status} without a JSON object")
    refused = 400 <= status < 500 and status not in _COME_LATER
    return Answer("no" if refused else "unknown", status, data, f"HTTP {status}")


def _parsed(body: bytes) -> object | None:
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data
