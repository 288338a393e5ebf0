"""Fixtures for what a test has to move or watch: the clock on the wall, the outside world."""

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from openlk.kit import clock
from openlk.look import memory
from openlk.sandbox.faults import MODES, OK
from openlk.sandbox.tests.running import TOKEN, RunningSandbox, start_sandbox


class Wall:
    """A clock on the wall that stands still until it is moved."""

    def __init__(self) -> None:
        self.at: datetime = clock.wall()

    def forward(self, **delta: float) -> None:
        """Move it by a timedelta's arguments, e.g. `minutes=5`."""
        self.at += timedelta(**delta)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The wall's clock in the test's hands; business time follows it."""
    moved = Wall()
    monkeypatch.setattr(clock, "wall", lambda: moved.at)
    return moved


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What one test has read from its own database is no truth for the next one."""
    for each in memory._memories:
        each._kept.clear()


@pytest.fixture(scope="session")
def _running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    running = start_sandbox(tmp_path_factory.mktemp("world"))
    yield running
    running.stop(signal.SIGTERM)


@pytest.fixture
def outside(_running_world: RunningSandbox, settings: Settings) -> Iterator[RunningSandbox]:
    """The sandbox's own process, in good health, and the product's channels pointed at it."""
    settings.EMAIL_URL = f"smtp://127.0.0.1:{_running_world.smtp_port}"
    settings.SMS_URL = f"http://{TOKEN}@{urlsplit(_running_world.url).netloc}/sms/send"
    yield _running_world
    _running_world.post("/faults", dict.fromkeys(MODES, OK))
