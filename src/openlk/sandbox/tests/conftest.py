"""One sandbox for all tests of this folder; each test writes to recipients of its own."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from openlk.sandbox.faults import MODES, OK
from openlk.sandbox.tests.running import RunningSandbox, start_sandbox


@pytest.fixture(scope="session")
def _shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    running = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop(signal.SIGTERM)


@pytest.fixture
def sandbox(_shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """The shared sandbox, healthy again after the test."""
    yield _shared_sandbox
    _shared_sandbox.post("/faults", dict.fromkeys(MODES, OK))


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox of this test alone, empty; its data lie in `tmp_path`."""
    running = start_sandbox(tmp_path)
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGTERM)
