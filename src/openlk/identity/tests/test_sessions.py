"""A session lives as long as it is used, and ends at once."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.identity.actions import SESSION_LIMIT, log_out, open_session, sweep_sessions
from openlk.identity.models import Session
from openlk.identity.queries import current_login, sessions_of
from openlk.kit.sealed import digest
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in
from tests.support.stage import Wall

DAY = timedelta(days=1)


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login."""
    return make_person(cabinet, with_login=True)


def _login_id(person: Person) -> int:
    assert person.login is not None
    return person.login.pk


def _opened(person: Person) -> str:
    with scope(person.cabinet), transaction.atomic():
        return open_session(person.cabinet, _login_id(person), "Firefox, Windows")


def _session(person: Person) -> Session:
    with scope(person.cabinet):
        session: Session = Session.objects.get()
    return session


def _alive(person: Person, token: str) -> bool:
    with scope(person.cabinet):
        return current_login(token) is not None


def test_the_token_itself_is_stored_nowhere(person: Person) -> None:
    token = _opened(person)
    with scope(person.cabinet):
        rows = list(Session.objects.values())
    assert token not in json.dumps(rows, default=str)
    assert rows[0]["token_digest"] == digest(token)


def test_tokens_do_not_repeat_and_cannot_be_guessed(person: Person) -> None:
    tokens = {_opened(person) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens), "256 bits"


@pytest.mark.parametrize("token", ["", "x", "\x00", "ё" * 100])
def test_a_wrong_token_is_nobody(person: Person, token: str) -> None:
    _opened(person)
    assert not _alive(person, token)


def test_the_digest_is_no_token(person: Person) -> None:
    assert not _alive(person, digest(_opened(person)))


def test_an_idle_session_ends_after_two_weeks(person: Person, wall: Wall) -> None:
    token = _opened(person)
    wall.forward(days=14, seconds=-1)
    assert _alive(person, token)
    wall.forward(seconds=1)
    assert not _alive(person, token)


def test_a_used_session_lives_on_to_its_limit(person: Person, wall: Wall) -> None:
    browser = Browser()
    logged_in(browser, person)
    began = wall.at
    while wall.at - began < SESSION_LIMIT - DAY:
        wall.forward(days=1)
        assert browser.get("/alpha/me/").status == 200
    assert _session(person).expires_at <= began + SESSION_LIMIT
    wall.forward(days=1)
    assert browser.get("/alpha/me/").status == 302


def _touched(person: Person, browser: Browser) -> datetime:
    assert browser.get("/alpha/me/").status == 200
    return _session(person).last_seen_at


def test_last_seen_is_written_at_most_once_a_minute(person: Person, wall: Wall) -> None:
    browser = Browser()
    logged_in(browser, person)
    began = wall.at
    for seconds in (1, 30, 29):
        wall.forward(seconds=seconds)
        assert _touched(person, browser) == began
    wall.forward(seconds=1)
    assert _touched(person, browser) == wall.at


def test_logging_out_ends_the_session_in_every_process(person: Person) -> None:
    """Nothing is remembered outside of the database: a copy of the cookie is worth nothing at once."""
    browser, copy = Browser(), Browser()
    home = logged_in(browser, person)
    copy.jar = dict(browser.jar)
    assert copy.get("/alpha/me/").status == 200
    profile = browser.get("/alpha/me/profile")
    left = browser.submit(profile)
    assert (home.status, left.status, left.location) == (200, 302, "/alpha/")
    assert ("openlk-alpha", "/alpha/") not in browser.jar
    assert copy.get("/alpha/me/").status == 302


def test_logging_out_leaves_other_devices_alone(person: Person) -> None:
    first, second = _opened(person), _opened(person)
    with scope(person.cabinet):
        login = current_login(first)
    assert login is not None
    log_out(person.cabinet, login.session_id)
    assert (_alive(person, first), _alive(person, second)) == (False, True)


def test_a_person_sees_living_sessions_the_last_used_first(person: Person, wall: Wall) -> None:
    _opened(person)
    wall.forward(days=10)
    _opened(person)
    wall.forward(days=3)
    _opened(person)
    wall.forward(days=2)
    with scope(person.cabinet):
        seen = [session.created_at for session in sessions_of(_login_id(person))]
    assert seen == [wall.at - 2 * DAY, wall.at - 5 * DAY]


def test_sessions_that_are_over_are_swept(person: Person, other_cabinet: Cabinet, wall: Wall) -> None:
    old = _opened(person)
    wall.forward(days=10)
    young = _opened(person)
    wall.forward(days=5)
    assert [sweep_sessions(other_cabinet), sweep_sessions(person.cabinet), sweep_sessions(person.cabinet)] == [0, 1, 0]
    assert (_alive(person, old), _alive(person, young)) == (False, True)
