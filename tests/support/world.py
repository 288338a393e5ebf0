"""The real process tree: `openlk demo` on ports and data of its own, started once for all journeys and page checks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest
import urllib3

from openlk.kit import clock
from openlk.kit.http import get_json
from tests.support import environment
from tests.support.postgres import PostgresDatabases

ROOT = Path(__file__).resolve().parents[2]
SLUG = "profcards"
DATABASE = "world"
READY_WITHIN_SECONDS = 90.0
STOP_WITHIN_SECONDS = 15.0
LETTER_WITHIN_SECONDS = 20.0
COMMAND_WITHIN_SECONDS = 60.0
LAST_WORDS = 3000
PORT_TRIES = 20
_POLL_SECONDS = 0.1
_PORTS_IN_A_ROW = 3  # site, sandbox, its SMTP

Message = dict[str, str]


@dataclass
class World:
    """A running demo: where the site and the sandbox answer, and what the processes printed."""

    port: int
    process: subprocess.Popen[bytes]
    mark: str
    log: Path
    environment: Mapping[str, str]

    @property
    def root(self) -> str:
        """The shared address, without a final slash."""
        return f"http://localhost:{self.port}"

    @property
    def home(self) -> str:
        """The cabinet's address, with a final slash."""
        return f"{self.root}/{SLUG}/"

    def check_alive(self) -> None:
        """Fail at once, with what was printed, when the demo has stopped by itself."""
        assert self.process.poll() is None, f"the demo stopped by itself:\n{self.log.read_text()[-LAST_WORDS:]}"

    def command(self, *words: str) -> str:
        """What `openlk …` prints, run beside the demo by somebody who has its data."""
        done = subprocess.run(
            [sys.executable, "-m", "openlk.config", *words],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_WITHIN_SECONDS,
        )
        assert done.returncode == 0, f"openlk {' '.join(words)}: status {done.returncode}\n{done.stderr}"
        return done.stdout

    def messages(self, to: str, *, at_least: int = 1, channel: str = "email", about: str = "") -> list[Message]:
        """What arrived for a mailbox or a number, newest first; waits until there are `at_least` so many.

        `about`: only those whose subject (an SMS has none: its text) holds these words.
        """
        address = f"http://127.0.0.1:{self.port + 1}/messages.json?{urlencode({'to': to, 'channel': channel})}"
        deadline = clock.monotonic() + LETTER_WITHIN_SECONDS
        found: list[Message] = []
        while clock.monotonic() < deadline:
            answer = urllib3.request("GET", address, timeout=5.0, retries=False)
            assert answer.status == 200, f"the sandbox answers {answer.status}"
            found = [each for each in cast(list[Message], answer.json()) if about in (each["subject"] or each["text"])]
            if len(found) >= at_least:
                return found
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"{len(found)} of {at_least} messages came to {to} in {LETTER_WITHIN_SECONDS:.0f} s")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """The first of three free ports in a row."""
    for _ in range(PORT_TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port + _PORTS_IN_A_ROW < 65536 and all(_free(port + step) for step in range(_PORTS_IN_A_ROW)):
            return port
    raise RuntimeError("no three free ports in a row")


def processes_marked(mark: str) -> list[int]:
    """The living processes whose environment holds a text: children inherit it, whoever their parent is by now."""
    wanted, found = mark.encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes() and "\nState:\tZ" not in (folder / "status").read_text():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def _environment(data: Path, port: int, database: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENLK_", "DJANGO_"))}
    return {
        **own,
        **database,
        "PORT": str(port),
        "OPENLK_DATA": str(data),
        "OPENLK_MODE": "demo",
        # Every browser of the tests names a network address of its own, as behind a proxy: one address has 60 tries.
        "OPENLK_PROXIES": "1",
    }


def start_world(folder: Path, database: Mapping[str, str]) -> World:
    """Start `openlk demo` with everything of its own in `folder`, and wait until it is ready."""
    port = free_port()
    data, log = folder / "data", folder / "world.log"
    own = _environment(data, port, database)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "openlk.config", "demo"],
            cwd=ROOT,
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    started = World(port, process, f"OPENLK_DATA={data}", log, own)
    try:
        _wait_ready(started)
    except BaseException:
        stop_world(started)
        raise
    return started


def _wait_ready(started: World) -> None:
    deadline = clock.monotonic() + READY_WITHIN_SECONDS
    detail = ""
    while clock.monotonic() < deadline and started.process.poll() is None:
        answer = get_json(f"{started.root}/readyz", deadline_seconds=5)
        if answer.outcome == "yes":
            return
        detail = f"{answer.detail} {answer.data}"
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"the demo is not ready: {detail}\n{started.log.read_text()}")


def stop_world(started: World) -> tuple[int | None, list[int]]:
    """SIGTERM; its exit status within 15 s (None: it had to be killed) and the processes it left, which are killed."""
    started.process.send_signal(signal.SIGTERM)
    try:
        status: int | None = started.process.wait(STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        status = None
        started.process.kill()
        started.process.wait()
    left = processes_marked(started.mark)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return status, left


def _database(request: pytest.FixtureRequest) -> dict[str, str]:
    """On SQLite the demo's own new file, as on a fresh clone; on PostgreSQL a database of the test run's server."""
    databases = environment.databases()
    if not isinstance(databases, PostgresDatabases):
        return {}
    request.getfixturevalue("django_db_setup")
    databases.copy(DATABASE)
    return {
        "OPENLK_DATABASE_URL": databases.url(DATABASE),
        "OPENLK_OWNER_DATABASE_URL": databases.owner_url(DATABASE),
    }


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo, running; stopped at the end, when it must leave no process and have printed no error."""
    started = start_world(tmp_path_factory.mktemp("world"), _database(request))
    yield started
    status, left = stop_world(started)
    printed = started.log.read_text()
    assert status == 0, f"SIGTERM must stop the demo within {STOP_WITHIN_SECONDS:.0f} s with status 0, not {status}"
    assert not left, f"the demo left processes: {left}"
    assert "Traceback" not in printed, printed
    assert " ERROR " not in printed, printed
