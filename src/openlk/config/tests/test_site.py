"""The real server, `openlk serve`, over real sockets: slow and large bodies, its log, and the counts of its workers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from pytest_django import DjangoDbBlocker

from openlk.config.environment import ROOT
from openlk.kit import clock
from tests.support import environment
from tests.support.fixtures import CABINETS
from tests.support.postgres import PostgresDatabases
from tests.support.world import free_port, processes_marked

READY_WITHIN_SECONDS = 60.0
SLOW_POSTERS = 8
ANSWERED_WITHIN_SECONDS = 2.0
_HEAD = "POST /alpha/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# The server as it would be without the waiting room: the threads that wait are the threads that work.
_WITHOUT_PATIENCE = """
import granian
class Impatient(granian.Granian):
    def __init__(self, target, **options):
        super().__init__("openlk.config.wsgi:application", **{**options, "blocking_threads": 2, "workers": 1})
granian.Granian = Impatient
from openlk.config import cli
cli.main()
"""


@dataclass
class Site:
    """A running server, and the file with what it wrote to stderr."""

    port: int
    log: Path

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        """GET over a connection of its own."""
        address = f"http://127.0.0.1:{self.port}{path}"
        return urllib3.request("GET", address, headers={"Connection": "close"}, timeout=20.0, retries=False)

    def connect(self) -> socket.socket:
        """A raw connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def lines(self) -> list[dict[str, object]]:
        """Its log; every line of it must be one JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def _variables(data: Path, name: str, blocker: DjangoDbBlocker) -> dict[str, str]:
    databases = environment.databases()
    own = {key: value for key, value in os.environ.items() if not key.startswith(("OPENLK_", "DJANGO_"))}
    found = {**own, "OPENLK_DATA": str(data), "OPENLK_CABINETS": str(CABINETS), "OPENLK_LOG": "json"}
    if isinstance(databases, PostgresDatabases):
        with blocker.unblock():
            databases.copy(name)
        found |= {"OPENLK_DATABASE_URL": databases.url(name), "OPENLK_OWNER_DATABASE_URL": databases.owner_url(name)}
    return found


def _run(command: list[str], variables: dict[str, str], folder: Path) -> Iterator[Site]:
    made = subprocess.run(
        [sys.executable, "-m", "openlk.config", "migrate"], cwd=ROOT, env=variables, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr.decode()
    port, log = free_port(), folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=variables, stdout=output, stderr=output
        )
    site = Site(port, log)
    try:
        deadline = clock.monotonic() + READY_WITHIN_SECONDS
        while "is served at" not in log.read_text() or not _answers(site):
            assert process.poll() is None, log.read_text()
            assert clock.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            for pid in processes_marked(variables["OPENLK_DATA"]):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def _answers(site: Site) -> bool:
    try:
        return site.get("/livez").status == 200
    except urllib3.exceptions.HTTPError:
        return False


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """`openlk serve` as production runs it."""
    folder = tmp_path_factory.mktemp("site")
    variables = _variables(folder / "data", "site", django_db_blocker)
    yield from _run([sys.executable, "-m", "openlk.config", "serve"], variables, folder)


@pytest.fixture
def impatient_site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Site]:
    """The same without the waiting room."""
    variables = _variables(tmp_path / "data", "impatient", django_db_blocker)
    yield from _run([sys.executable, "-c", _WITHOUT_PATIENCE, "serve"], variables, tmp_path)


def _answered_beside_slow_posters(site: Site) -> float | None:
    """How long a page takes while eight people send their forms very slowly; None: longer than twice the limit."""
    with ExitStack() as open_:
        for _ in range(SLOW_POSTERS):
            slow = open_.enter_context(closing(site.connect()))
            slow.sendall(f"{_HEAD}Content-Length: 1000\r\n\r\nlogin=1".encode())
        time.sleep(0.5)
        begun = clock.monotonic()
        address = f"http://127.0.0.1:{site.port}/alpha/login"
        try:
            answer = urllib3.request("GET", address, timeout=2 * ANSWERED_WITHIN_SECONDS, retries=False)
        except urllib3.exceptions.HTTPError:
            return None
        assert answer.status == 200
        return clock.monotonic() - begun


def test_eight_slow_posters_hold_up_nobody(site: Site) -> None:
    site.get("/alpha/login")
    seconds = _answered_beside_slow_posters(site)
    assert seconds is not None
    assert seconds < ANSWERED_WITHIN_SECONDS


def test_without_the_waiting_room_eight_slow_posters_stop_the_site(impatient_site: Site) -> None:
    """The control of the test above."""
    assert _answered_beside_slow_posters(impatient_site) is None


def _answer_to(site: Site, head: str, body: bytes) -> bytes:
    with closing(site.connect()) as sender:
        sender.sendall(f"{_HEAD}Connection: close\r\n{head}\r\n\r\n".encode())
        sender.sendall(body)
        return b"".join(iter(lambda: sender.recv(65536), b""))


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_a_body_that_is_too_large_gets_a_page(site: Site, size: int) -> None:
    answer = _answer_to(site, f"Content-Length: {size}", b"a" * size)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "Слишком много текста".encode() in answer


def test_a_body_in_chunks_is_a_form_like_any_other(site: Site) -> None:
    answer = _answer_to(site, "Transfer-Encoding: chunked", b"7\r\nlogin=1\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403 "), "taken as a form, without its token"
    large = b"%x\r\n%b\r\n0\r\n\r\n" % (300_000, b"a" * 300_000)
    assert _answer_to(site, "Transfer-Encoding: chunked", large).startswith(b"HTTP/1.1 413 ")


def test_half_a_form_is_not_taken_for_one(site: Site) -> None:
    before = len(site.lines())
    with closing(site.connect()) as sender:
        sender.sendall(f"{_HEAD}Content-Length: 1000\r\n\r\nlogin=1".encode())
        sender.shutdown(socket.SHUT_WR)
        sender.recv(1000)
    site.get("/alpha/login")
    assert [line["message"] for line in site.lines()[before:]] == ["GET login 200"]


def test_the_counts_are_of_all_workers(site: Site) -> None:
    wanted = 'openlk_requests_total{method="GET",status="2xx",view="news"}'
    for _ in range(40):
        assert site.get("/alpha/news").status == 200
    told = dict(
        line.rsplit(" ", 1) for line in site.get("/metrics").data.decode().splitlines() if not line.startswith("#")
    )
    assert float(told[wanted]) == 40
    workers = {name for name in told if name.startswith("openlk_process_resident_bytes")}
    assert len(workers) == 1 + len(os.sched_getaffinity(0)), "the main process and its workers"
    pids = {line for line in told if line.startswith("openlk_requests_in_flight")}
    assert float(told[pids.pop()]) == 1, "this one request"


def test_everything_the_server_writes_is_json(site: Site) -> None:
    site.get("/alpha/nosuch?phone=89175550142")
    lines = site.lines()
    assert {"openlk.process", "openlk.access"} <= {str(line["logger"]) for line in lines}
    assert "89175550142" not in site.log.read_text()


def test_the_list_of_static_files_is_not_public(site: Site) -> None:
    assert site.get("/static/staticfiles.json").status == 404
    assert site.get("/static/staticfiles.json.gz").status == 404
    page = site.get("/alpha/login").data.decode()
    sheet = page.partition('href="/static/')[2].partition('"')[0]
    assert site.get(f"/static/{sheet}").status == 200, "a control"
