"""The process starts, stops and comes back with everything it knew."""

import signal
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from openlk.sandbox.tests.running import RunningSandbox, letter, start_sandbox


def test_it_is_healthy_and_leads_to_the_messages(sandbox: RunningSandbox) -> None:
    healthy, first = sandbox.get("/healthz"), sandbox.get("/")
    assert (healthy.status, healthy.json()) == (200, {"status": "ok"})
    assert (first.status, first.headers["Location"]) == (302, "/messages")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(own_sandbox: RunningSandbox, ending: int) -> None:
    own_sandbox.get("/healthz")  # leaves a connection open
    with smtplib.SMTP("127.0.0.1", own_sandbox.smtp_port) as idle:
        idle.ehlo()
        assert own_sandbox.stop(ending) == (0, "")
        idle.close()


def test_a_signal_ends_it_while_a_client_hangs(own_sandbox: RunningSandbox) -> None:
    own_sandbox.post("/faults", {"sms": "timeout_after_accept"})
    answers: list[int] = []
    hanging = Thread(target=lambda: answers.append(own_sandbox.send_sms("hang", "+79170000001")))
    hanging.start()
    for _ in range(100):
        if own_sandbox.messages():
            break
        time.sleep(0.02)
    assert own_sandbox.stop(signal.SIGTERM) == (0, "")
    hanging.join(5)
    assert answers == [504]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_messages_outlive_a_restart(tmp_path: Path, ending: int) -> None:
    first = start_sandbox(tmp_path)
    first.send_sms("kept", "+79170000002")
    first.send_letter(letter("kept@mail.ru", html="<p>1</p>"))
    before = first.messages()
    first.stop(ending)
    second = start_sandbox(tmp_path)
    try:
        assert len(before) == 2
        assert second.messages() == before
        assert second.send_sms("kept", "+79170000002") == 200
        assert second.messages() == before
    finally:
        second.stop(signal.SIGTERM)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "openlk.sandbox", "--port", "0", "--smtp-port", port, "--data", str(tmp_path)],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=20,
        )
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "--smtp-port" in ended.stderr
    assert "Traceback" not in ended.stderr
