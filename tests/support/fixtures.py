"""Fixtures that every test may ask for."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from openlk.cabinets.loading import Cabinet, load
from openlk.cabinets.registry import added
from openlk.content.documents import publish
from tests.support import environment
from tests.support.databases import OwnDatabase
from tests.support.visitor import Visitor

CABINETS = Path(__file__).parent / "cabinets"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's: the template is migrated by its owner, tests run as the application's role."""
    with django_db_blocker.unblock(), environment.databases().prepared():
        yield


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[OwnDatabase]:
    """A database of this test alone, with real commits, for races and crashes; every thread gets it."""
    with django_db_blocker.unblock(), environment.databases().own() as database:
        yield database


@cache
def _alpha() -> Cabinet:
    return load(CABINETS / "alpha")


@cache
def _beta() -> Cabinet:
    return load(CABINETS / "beta")


@pytest.fixture(scope="session")
def static_files(django_test_environment: None) -> None:
    """The hashed static files, without which no page renders."""
    with added(_alpha(), _beta()):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def cabinet(static_files: None) -> Iterator[Cabinet]:
    """The cabinet «alpha»: members with union cards; it exists at /alpha/ beside the shipped ones."""
    with added(_alpha()):
        yield _alpha()


@pytest.fixture
def other_cabinet(static_files: None) -> Iterator[Cabinet]:
    """The cabinet «beta», for everything that must not cross from one cabinet to another."""
    with added(_beta()):
        yield _beta()


@pytest.fixture
def documents(request: pytest.FixtureRequest, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    """The legal documents of both cabinets are published, in `own_database` if the test has one, else in `db`."""
    own = "own_database" in request.fixturenames
    request.getfixturevalue("own_database" if own else "db")
    for each in (cabinet, other_cabinet):
        publish(each)


@pytest.fixture
def visitor() -> Visitor:
    """A browser that opens `/alpha/…`."""
    return Visitor()
