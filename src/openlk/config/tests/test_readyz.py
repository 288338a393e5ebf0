"""Ready is who has a database, its migrations and a worker; in demo also the samples and the sandbox."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connections
from pytest_django import Settings

from openlk.cabinets import registry
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.config.health import readiness
from openlk.jobs.models import Worker
from openlk.jobs.worker import ALIVE
from openlk.kit import clock
from tests.support.definitions import changed
from tests.support.people import make_person
from tests.support.plain_browser import Browser


class World:
    """The part of a running sandbox that these tests use."""

    url: str


@pytest.fixture
def sampled(documents: None, cabinet: Cabinet, tmp_path: Path) -> Iterator[Cabinet]:
    """The installation has one cabinet, which has a folder with samples."""
    copy = changed(cabinet, tmp_path, {})
    (copy.folder / "sample").mkdir()
    with added():
        registry._loaded().clear()
        registry._loaded()["alpha"] = copy
        yield copy


def _work(seconds_ago: float = 0) -> None:
    now = clock.wall()
    Worker.objects.create(name="w:1", started_at=now, seen_at=now - timedelta(seconds=seconds_ago))


def _missing() -> tuple[int, dict[str, str]]:
    page = Browser().get("/readyz")
    answer = json.loads(page.text)
    assert answer["ready"] == (page.status == 200)
    return page.status, answer["missing"]


def test_everything_there_is_ready(sampled: Cabinet, outside: World, settings: Settings) -> None:
    settings.SANDBOX_URL = outside.url
    make_person(sampled)
    _work()
    assert _missing() == (200, {})


@pytest.mark.parametrize("without", ["worker", "samples", "sandbox"])
def test_each_missing_part_is_named(sampled: Cabinet, outside: World, settings: Settings, without: str) -> None:
    if without != "sandbox":
        settings.SANDBOX_URL = outside.url
    if without != "samples":
        make_person(sampled)
    _work(ALIVE.total_seconds() + (1 if without == "worker" else -5))
    status, missing = _missing()
    assert (status, list(missing)) == (503, [without])


def test_production_needs_neither_samples_nor_sandbox(sampled: Cabinet, settings: Settings) -> None:
    settings.MODE = "production"
    _work()
    assert _missing() == (200, {})


def test_a_missing_migration_is_named(own_database: object, sampled_only: Cabinet) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    connections["owner"].close()
    assert "миграции" in readiness()["database"]


@pytest.fixture
def sampled_only(cabinet: Cabinet) -> Cabinet:
    """The cabinet, without the unit tests' transaction."""
    return cabinet


def test_a_database_that_is_away_is_said_to_be_away(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection itself is not broken here: what it answers is."""

    def failing() -> list[str]:
        raise OperationalError("gone")

    monkeypatch.setattr("openlk.config.health.unapplied_migrations", failing)
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    parts = readiness()
    assert parts["database"].startswith("база данных не отвечает")
    assert "worker" not in parts


@pytest.mark.parametrize("host", ["localhost", "alpha.example", "nosuch.example"])
def test_the_process_answers_for_itself_at_any_host(documents: None, cabinet: Cabinet, host: str) -> None:
    browser = Browser(host)
    assert browser.get("/livez").status == 200
    assert browser.get("/readyz").status == 503
    assert urlsplit(browser.get("/readyz").address).path == "/readyz"


def test_alive_needs_no_database(cabinet: Cabinet) -> None:
    """A test without the fixture `db` may not touch it: pytest-django would fail it."""
    assert Browser().get("/livez").text == "ok\n"
