"""A real server on this machine answers well, badly, slowly and not at all."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from openlk.kit import http

OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(behave: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """The address of a server that reads one request whole and then behaves."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as peer:
            peer.settimeout(5)
            request = peer.recv(65536)
            while b"\r\n\r\n" not in request or (b"POST" in request and request.endswith(b"\r\n\r\n")):
                request += peer.recv(65536)
            behave(peer, request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)
    assert not thread.is_alive()


def says(status: str, body: bytes, headers: str = "") -> Callable[[socket.socket, bytes], None]:
    """A server that sends this answer and closes."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
    return lambda peer, _: peer.sendall(head + body)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "data"),
    [
        ("200 OK", b'{"id": 1}', "yes", {"id": 1}),
        ("201 Created", b"{}", "yes", {}),
        ("200 OK", b"[1]", "unknown", [1]),
        ("200 OK", b"<html>", "unknown", None),
        ("200 OK", b"[" * 100_000, "unknown", None),
        ("204 No Content", b"", "unknown", None),
        ("400 Bad Request", b'{"error": "sum"}', "no", {"error": "sum"}),
        ("404 Not Found", b"<html>", "no", None),
        ("408 Request Timeout", b"{}", "unknown", {}),
        ("425 Too Early", b"{}", "unknown", {}),
        ("429 Too Many Requests", b"{}", "unknown", {}),
        ("500 Internal Server Error", b"{}", "unknown", {}),
        ("503 Service Unavailable", b"", "unknown", None),
    ],
)
def test_the_status_and_body_decide_the_outcome(status: str, body: bytes, outcome: str, data: object) -> None:
    with server(says(status, body)) as address:
        answer = http.get_json(address, deadline_seconds=5)
    assert (answer.outcome, answer.data, answer.status, answer.sent) == (outcome, data, int(status[:3]), True)


def test_a_redirect_is_not_followed() -> None:
    with server(says("302 Found", b"{}", "Location: http://127.0.0.1:1/\r\n")) as address:
        answer = http.get_json(address, deadline_seconds=5)
    assert (answer.outcome, answer.status) == ("unknown", 302)


def test_the_server_receives_the_body_headers_and_query_as_they_were_given() -> None:
    seen: list[bytes] = []

    def note(peer: socket.socket, request: bytes) -> None:
        seen.append(request)
        says("200 OK", b"{}")(peer, request)

    for body, expected in [({"имя": "Анна"}, '{"имя": "Анна"}'.encode()), (b'{"a":1 }', b'{"a":1 }')]:
        with server(note) as address:
            http.post_json(f"{address}/pay?x=1#part", body, deadline_seconds=5, headers={"X-Sign": "abc"})
        head, _, sent = seen.pop().partition(b"\r\n\r\n")
        assert sent == expected
        assert head.startswith(b"POST /pay?x=1 HTTP/1.1\r\n")
        assert b"X-Sign: abc" in head
        assert b"Content-Type: application/json" in head


@pytest.mark.parametrize("first", [b"", OK, OK + b"Content-Length: 1000\r\n\r\n{"])
def test_a_dripping_answer_ends_at_the_deadline(first: bytes) -> None:
    def drip(peer: socket.socket, _: bytes) -> None:
        peer.sendall(first)
        with suppress(OSError):  # the client hangs up, in one of several ways
            for _beat in range(100):
                time.sleep(0.05)
                peer.sendall(b"x")

    started = time.monotonic()
    with server(drip) as address:
        answer = http.post_json(address, {}, deadline_seconds=0.4)
        took = time.monotonic() - started
    assert answer == http.Answer("unknown", None, None, http.DEADLINE_PASSED, sent=True)
    assert 0.3 < took < 1.5


def test_a_dripping_answer_leaves_no_thread_behind() -> None:
    def stall(peer: socket.socket, _: bytes) -> None:
        peer.sendall(OK)
        peer.recv(1)

    with server(stall) as address:
        http.get_json(address, deadline_seconds=0.2)
    for _ in range(100):
        if not any(thread.name == "http" for thread in threading.enumerate()):
            return
        time.sleep(0.02)
    pytest.fail("the exchange still runs after its deadline")


def test_a_server_that_never_accepts_is_unknown_and_nothing_was_sent() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        with socket.create_connection(address):  # fills the only place in the queue
            answer = http.post_json(f"http://127.0.0.1:{address[1]}", {}, deadline_seconds=0.3)
    assert answer == http.Answer("unknown", None, None, http.DEADLINE_PASSED, sent=False)


def test_a_refused_connection_is_unknown_and_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = http.post_json(f"http://127.0.0.1:{port}", {}, deadline_seconds=5)
    assert answer == http.Answer("unknown", None, None, http.REFUSED, sent=False)


@pytest.mark.parametrize("half", [b"", OK + b"Content-Length: 10\r\n\r\n{}"])
def test_a_connection_cut_after_sending_is_unknown(half: bytes) -> None:
    with server(lambda peer, _: peer.sendall(half)) as address:
        answer = http.post_json(address, {}, deadline_seconds=5)
    assert (answer.outcome, answer.sent) == ("unknown", True)


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    head = OK + b"Content-Length: 50000000\r\n\r\n"
    taken: list[int] = []

    def flood(peer: socket.socket, _: bytes) -> None:
        peer.sendall(head)
        with suppress(OSError):  # the client hangs up, in one of several ways
            for _piece in range(800):
                peer.sendall(b" " * 65536)
                taken.append(65536)

    with server(flood) as address:
        answer = http.get_json(address, deadline_seconds=5)
    assert (answer.outcome, answer.status, answer.data) == ("unknown", 200, None)
    assert "larger" in answer.detail
    assert sum(taken) < 20_000_000


def test_a_packed_answer_is_not_unpacked() -> None:
    with server(says("200 OK", b"\x1f\x8b" + b"\x00" * 50, "Content-Encoding: gzip\r\n")) as address:
        assert http.get_json(address, deadline_seconds=5).outcome == "unknown"


def test_a_plain_server_behind_https_is_unknown_and_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            with listener.accept()[0] as peer:
                peer.recv(1024)
                peer.sendall(b"not TLS")

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        answer = http.post_json(f"https://127.0.0.1:{listener.getsockname()[1]}", {}, deadline_seconds=5)
        thread.join(5)
    assert (answer.outcome, answer.sent) == ("unknown", False)


@pytest.mark.parametrize("url", ["ftp://a.ru/", "/inside", "file:///etc/passwd", "http:///x"])
def test_an_address_of_another_kind_is_a_mistake_of_the_caller(url: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        http.get_json(url, deadline_seconds=1)


def test_a_body_that_is_not_json_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        http.post_json("http://127.0.0.1:1", object(), deadline_seconds=1)


def test_an_answer_with_numbers_keeps_them() -> None:
    body = json.dumps({"sum": 12345678901234567890}).encode()
    with server(says("200 OK", body)) as address:
        assert http.get_json(address, deadline_seconds=5).data == {"sum": 12345678901234567890}
