"""/metrics: who may read it, what it tells, and that what it tells is of all processes."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.config import business
from openlk.config.business import remembered
from openlk.config.environment import networks
from openlk.jobs.models import Job, Worker
from openlk.kit import clock
from openlk.messages.actions import queue
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import first_screen, logged_in


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    remembered.forget()


def _read(browser: Browser | None = None) -> dict[str, float]:
    page = (browser or Browser()).get("/metrics")
    assert page.status == 200
    rows = [line.rpartition(" ") for line in page.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "may"),
    [
        (0, "127.0.0.1", "", True),
        (0, "::1", "", True),
        (0, "::ffff:127.0.0.1", "", True),
        (0, "203.0.113.7", "", False),
        (0, "", "", False),
        # A proxy that the settings do not know of: everybody comes from its address.
        (0, "127.0.0.1", "203.0.113.7", False),
        (0, "127.0.0.1", "127.0.0.1", False),
        (1, "127.0.0.1", "203.0.113.7", False),
        (1, "127.0.0.1", "127.0.0.1, 203.0.113.7", False),
        (1, "127.0.0.1", "10.0.0.5", True),
        (1, "127.0.0.1", "", True),
        (1, "127.0.0.1", "nonsense", False),
    ],
)
def test_only_named_networks_may_read(
    db: None, cabinet: Cabinet, settings: Settings, proxies: int, remote: str, forwarded: str, may: bool
) -> None:
    settings.PROXIES = proxies
    settings.METRICS_ALLOW = [*settings.METRICS_ALLOW, *networks("NOT_SET", "10.0.0.0/8")]
    page = Browser(remote=remote).get("/metrics", {"X-Forwarded-For": forwarded} if forwarded else {})
    assert page.status == (200 if may else 404)
    assert ("openlk_requests" in page.text) is may


def test_without_the_list_anybody_could_read(db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    monkeypatch.setattr("openlk.config.metrics.may_read", lambda _: True)
    assert "openlk_requests" in Browser(remote="203.0.113.7").get("/metrics").text


@pytest.mark.parametrize("host", ["localhost", "alpha.example", "nosuch.example"])
def test_it_is_there_at_every_host(db: None, cabinet: Cabinet, host: str) -> None:
    assert Browser(host).get("/metrics").status == 200


def test_requests_are_counted_by_page_and_never_by_path(documents: None, cabinet: Cabinet) -> None:
    key = 'openlk_requests_total{method="GET",status="4xx",view="pass_check"}'
    before = _read().get(key, 0)
    Browser().get("/alpha/pass/somebodys-token")
    Browser().get("/alpha/no/such/page/at/all")
    after = _read()
    assert after[key] == before + 1
    assert after['openlk_request_seconds_count{view="pass_check"}'] >= 1
    assert not [name for name in after if "somebodys" in name or "such" in name or "/" in name]


def test_logins_are_counted_by_their_outcome(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, with_login=True)
    names = {each: f'openlk_logins_total{{cabinet="alpha",outcome="{each}"}}' for each in ("right", "wrong")}
    before = {each: _read().get(name, 0) for each, name in names.items()}
    logged_in(Browser(), person)
    form = Browser().get("/alpha/login")
    assert form.status == 200
    browser = Browser()
    browser.submit(browser.get("/alpha/login"), {"login": person.union_card, "password": "не тот пароль"})
    after = _read()
    assert {each: after[name] - before[each] for each, name in names.items()} == {"right": 1, "wrong": 1}
    assert after["openlk_hash_wait_seconds_count"] > 0


def test_what_waits_in_the_database_is_told(documents: None, cabinet: Cabinet) -> None:
    now = clock.wall()
    person = make_person(cabinet)
    first_screen(Browser(), cabinet, person.full_name, person.union_card)
    with scope(cabinet):
        queue("email", "a@example.org", "support_received", {"number": "1"})
    Worker.objects.create(name="w:1", started_at=now, seen_at=now)
    Job.objects.create(kind="register.import", cabinet="alpha", state="running", due_at=now, created_at=now)
    Job.objects.create(
        kind="register.import", cabinet="alpha", state="done", due_at=now, created_at=now, finished_at=now
    )
    told = _read()
    assert told['openlk_messages{cabinet="alpha",channel="email",state="queued"}'] == 1
    assert told['openlk_messages_oldest_due_seconds{cabinet="alpha",channel="email"}'] >= 0
    assert told['openlk_runs{cabinet="alpha",flow="registration",state="active"}'] == 1
    assert told['openlk_jobs{kind="register.import",state="running"}'] == 1
    last = told['openlk_jobs_last_done_timestamp_seconds{kind="register.import"}']
    assert last == pytest.approx(now.timestamp(), abs=1)
    assert (told["openlk_workers_alive"], told["openlk_database_up"]) == (1, 1)
    assert told['openlk_build_info{version="0.1.0"}'] == 1


def test_no_label_is_personal(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, with_login=True)
    browser = Browser()
    logged_in(browser, person)
    browser.get(f"/alpha/nosuch/{person.email}")
    with scope(cabinet):
        queue("email", person.email, "support_received", {"number": "1"})
    text = Browser().get("/metrics").text
    for each in (person.email, person.union_card, person.phone[-10:], person.full_name.split()[0]):
        assert each not in text


def test_a_database_that_is_away_is_told_and_the_rest_stays(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> object:
        raise OperationalError("gone")

    monkeypatch.setattr(business, "job_counts", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    told = _read()
    assert told["openlk_database_up"] == 0
    assert "openlk_workers_alive" not in told
    assert any(name.startswith("openlk_requests_total") for name in told)


def test_counting_takes_a_bounded_share_of_the_time(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1000.0]
    asked: list[float] = []
    monkeypatch.setattr(clock, "monotonic", lambda: moment[0])

    def slow() -> list[object]:
        asked.append(moment[0])
        moment[0] += 2  # two seconds of counting
        return []

    monkeypatch.setattr(business, "_runs", slow)
    for _ in range(100):
        business.business_metrics()
        moment[0] += 10
    assert len(asked) == pytest.approx(1000 / 200, abs=1)
    remembered.forget()


# Two processes of one command, one of another, and one that was killed while it was answering.
_COUNTING = """
import os, sys
from pathlib import Path
from openlk.config.measuring import begin
folder = begin("site")
from prometheus_client import Counter, Gauge
counter, doing = Counter("trial", "x", ["who"]), Gauge("doing", "x", multiprocess_mode="livesum")
children = []
for number in (1, 2):
    pid = os.fork()
    if pid == 0:
        for _ in range(1000):
            counter.labels("all").inc()
        doing.inc()
        os.kill(os.getpid(), 9)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
counter.labels("all").inc(5)
doing.inc(3)
(folder / "counter_99999999.db").write_bytes(b"torn")
import django
django.setup()
from openlk.config import metrics
text = metrics.generate_latest(type("R", (), {"collect": lambda self: metrics._counted(metrics.running())})()).decode()
print(text)
print("folders", len([each for each in folder.parent.iterdir() if each.is_dir()]))
"""


def _count(data: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", _COUNTING],
        env={**os.environ, "OPENLK_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_forked_and_killed_processes_are_counted_and_the_dead_do_nothing(tmp_path: Path) -> None:
    text = _count(tmp_path)
    assert 'trial_total{who="all"} 2005.0' in text, "a torn file hides no other"
    assert "\ndoing 3.0" in text
    assert "folders 1" in text


def test_the_next_start_sweeps_what_nobody_holds_and_nothing_else(tmp_path: Path) -> None:
    _count(tmp_path)
    (left,) = [each for each in (tmp_path / "metrics").iterdir() if each.is_dir()]
    assert list(left.glob("*.db"))
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from openlk.config.measuring import begin; begin('worker'); print(flush=True); input()",
        ],
        env={**os.environ, "OPENLK_DATA": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as living:
        assert living.stdout
        living.stdout.readline()
        assert "folders 2" in _count(tmp_path), "the living one and its own; the first one's is gone"
        assert not left.exists()
        living.communicate(b"\n", timeout=20)


def test_time_since_is_of_the_wall(documents: None, cabinet: Cabinet) -> None:
    """Business time that a demo moved makes no message late."""
    with scope(cabinet):
        queue("email", "a@example.org", "support_received", {"number": "1"})
    with clock.moved(timedelta(days=30)):
        assert _read()['openlk_messages_oldest_due_seconds{cabinet="alpha",channel="email"}'] < 60
