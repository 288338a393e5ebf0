"""What every way of delivery must do when the other side misbehaves: tried on each file of messages/channels."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openlk.kit import clock
from openlk.kit.discovery import plugins
from openlk.messages.channel import Channel, Delivery, Parcel
from tests.support.dropped import drop_in

PACKAGE = "openlk.messages.channels"
CHANNELS = plugins(PACKAGE, Channel)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
DEADLINE_SECONDS = 1
MARGIN_SECONDS = 3.0
DRIP_SECONDS = 0.1

PARCEL = Parcel(
    message_id="0f7c",
    cabinet="alpha",
    sender_name="АЛЬФА, «союз»",
    sender="help@alpha.example",
    recipient="member@example.org",
    subject="Кабинет создан",
    text="Логин: 0012345\n",
    html="<p>Логин: 0012345</p>",
)

PIGEON = '''
"""Over a bare socket."""

import socket
from urllib.parse import urlsplit

from django.conf import settings

from openlk.messages.channel import Channel, Delivery, Parcel

DEADLINE_SECONDS = 5


class Pigeon(Channel):
    """Waits for the word «coo»."""

    def deliver(self, parcel: Parcel) -> Delivery:
        """Hand it over."""
        parts = urlsplit(settings.PIGEON_URL)
        try:
            with socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE_SECONDS) as wire:
                wire.sendall(parcel.text.encode())
                return Delivery("yes" if wire.recv(10) == b"coo" else "unknown")
        except OSError as error:
            return Delivery("unknown", str(error))
'''

Talk = Callable[[socket.socket], object]


def _hang_up(wire: socket.socket) -> None:
    wire.close()


def _nonsense(wire: socket.socket) -> None:
    wire.sendall(b"\x00\xff<html>hello</html>\r\n" * 50)
    wire.close()


def _silence(wire: socket.socket) -> None:
    """Nothing at all: the socket stays open."""


def _drip(wire: socket.socket) -> None:
    """A byte now and then, so that no single wait is long; it gives up when any deadline has long passed."""
    pause = threading.Event()
    for _ in range(int((DEADLINE_SECONDS + 2 * MARGIN_SECONDS) / DRIP_SECONDS)):
        wire.sendall(b"2")
        pause.wait(DRIP_SECONDS)
    wire.close()


TALKS: dict[str, Talk] = {"hangs up": _hang_up, "talks nonsense": _nonsense, "is silent": _silence, "drips": _drip}


@contextmanager
def _server(talk: Talk) -> Iterator[int]:
    """A server that talks like that with whoever comes; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        open_wires: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    wire, _ = listener.accept()
                except OSError:
                    return
                open_wires.append(wire)
                threading.Thread(target=_talk, args=(talk, wire), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for wire in open_wires:
                wire.close()


def _talk(talk: Talk, wire: socket.socket) -> None:
    try:
        talk(wire)
    except OSError:
        wire.close()


def delivered(kind: type[Channel], key: str, port: int, settings: Settings) -> tuple[Delivery, float]:
    """Hand the parcel over to a server at that port; what came of it, and after how many seconds."""
    name = f"{key.upper()}_URL"
    before = getattr(settings, name, "tcp://127.0.0.1:9")
    setattr(settings, name, before.replace("127.0.0.1:9", f"127.0.0.1:{port}"))
    started = clock.monotonic()
    delivery = kind().deliver(PARCEL)
    taken = clock.monotonic() - started
    setattr(settings, name, before)
    return delivery, taken


def check_channel(
    kind: type[Channel], key: str, talk: Talk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The promises of a channel: it never raises, ends within its deadline, and is not sure of what it cannot know."""
    module = sys.modules[kind.__module__]
    assert 0 < module.DEADLINE_SECONDS <= 30, "a worker must not be held longer"
    assert kind.__doc__, "one sentence says what it speaks, and to which setting"
    monkeypatch.setattr(module, "DEADLINE_SECONDS", DEADLINE_SECONDS)
    with _server(talk) as port:
        delivery, taken = delivered(kind, key, port, settings)
    assert delivery.outcome == "unknown", delivery
    assert taken < DEADLINE_SECONDS + MARGIN_SECONDS, f"{taken:.1f} s"


def check_nobody_there(kind: type[Channel], key: str, settings: Settings) -> None:
    """A refused connection is an ordinary evening: try again later, and say why."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    delivery, _ = delivered(kind, key, port, settings)
    assert delivery.outcome == "unknown"
    assert delivery.detail


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("key", CHANNELS)
def test_a_channel_outlives_a_server_that(
    key: str, talk: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_channel(CHANNELS[key], key, TALKS[talk], settings, monkeypatch)


@pytest.mark.parametrize("key", CHANNELS)
def test_a_channel_outlives_an_absent_server(key: str, settings: Settings) -> None:
    check_nobody_there(CHANNELS[key], key, settings)


def test_a_new_file_is_a_new_channel_and_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    package = drop_in(PACKAGE, "pigeon", PIGEON, tmp_path, monkeypatch)
    found = plugins(package, Channel)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    assert set(found) == {*CHANNELS, "pigeon"}
    check_nobody_there(found["pigeon"], "pigeon", settings)
    check_channel(found["pigeon"], "pigeon", _silence, settings, monkeypatch)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param('"yes" if wire.recv(10) == b"coo" else "unknown"', '"yes"', id="sure-of-everything"),
        pytest.param("except OSError as error:", "except KeyError as error:", id="raises"),
        pytest.param("DEADLINE_SECONDS = 5", "DEADLINE_SECONDS = 600", id="endless"),
        pytest.param('    """Waits for the word «coo»."""\n', "", id="unexplained"),
    ],
)
def test_a_channel_that_breaks_a_promise_is_caught(
    right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert right in PIGEON
    package = drop_in(PACKAGE, "pigeon", PIGEON.replace(right, wrong), tmp_path, monkeypatch)
    broken = plugins(package, Channel)["pigeon"]  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    with pytest.raises((AssertionError, OSError)):
        check_channel(broken, "pigeon", _silence, settings, monkeypatch)
