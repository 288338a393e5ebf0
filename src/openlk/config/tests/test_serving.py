"""`openlk serve` does not share a port with another installation."""

import socket

import pytest

from openlk.config.serving import serve


def test_a_taken_port_is_said_and_nothing_is_served(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("openlk.config.serving.check_installation", list)
    started: list[int] = []
    monkeypatch.setattr("openlk.config.serving.server", lambda *_: _Server(started))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert serve("127.0.0.1", port) == 1
        assert f"Порт {port}" in capsys.readouterr().err
        assert not started
    assert serve("127.0.0.1", port) == 0, "a control: the same port, free again"
    assert started


class _Server:
    """Notes that it was started, instead of serving for ever."""

    def __init__(self, started: list[int]) -> None:
        self.started = started

    def serve(self) -> None:
        self.started.append(1)
