"""A browser that has logged in before is known again, and strangers' misses are none of its own."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import tallies
from openlk.guard.devices import MOST_DEVICES, forget_devices, is_known, remember_device
from openlk.guard.models import Budget, KnownDevice, WholeBudget
from openlk.guard.rules import Ceiling
from openlk.guard.schedule import sweep_known_devices
from openlk.identity import actions
from openlk.identity.actions import LogIn, log_in
from openlk.look import memory
from tests.support.people import PASSWORD, Person, make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in
from tests.support.stage import Wall

HERE = "203.0.113.7"
WRONG = "не тот пароль"


@pytest.fixture
def person(db: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login."""
    return make_person(cabinet, union_card="0012345678", with_login=True)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing without the hash: these tests count tries."""
    monkeypatch.setattr(actions, "password_matches", lambda typed, phc: phc is not None and typed == PASSWORD)


def _try(person: Person, password: str = PASSWORD, address: str = HERE, known_as: str = "") -> LogIn:
    return log_in(person.cabinet, person.union_card, password, address, "Chrome, Android", known_as)


def _addresses() -> Iterator[str]:
    while True:
        yield from (f"198.18.{number // 250}.{number % 250 + 1}" for number in range(500))


def _subjects(cabinet: Cabinet) -> set[str]:
    with scope(cabinet):
        return {subject.split(":")[0] for subject in Budget.objects.values_list("subject", flat=True)}


def test_a_right_pair_makes_the_browser_known(person: Person, cheap: None) -> None:
    assert person.login is not None
    answer = _try(person)
    with scope(person.cabinet):
        assert is_known(f"login:{person.login.pk}", answer.known_as)
        assert KnownDevice.objects.get().device_digest != answer.known_as, "the cookie itself is stored nowhere"
    assert _try(person, known_as=answer.known_as).known_as == answer.known_as
    with scope(person.cabinet):
        assert KnownDevice.objects.count() == 1


def test_a_wrong_pair_makes_nothing_known(person: Person, cheap: None) -> None:
    assert _try(person, WRONG).known_as == ""
    with scope(person.cabinet):
        assert not KnownDevice.objects.exists()


def test_a_known_browser_spends_its_own_budget_alone(person: Person, cheap: None, wall: Wall) -> None:
    known_as = _try(person).known_as
    with scope(person.cabinet):
        Budget.objects.all().delete()
    for _ in range(4):
        assert _try(person, WRONG, known_as=known_as) == LogIn()
    assert _try(person, WRONG, known_as=known_as) == LogIn(wait_seconds=5)
    with scope(person.cabinet):
        assert [budget.subject.count("|device:") for budget in Budget.objects.all()] == [1]
    assert _try(person).token, "from the same network, another browser is free to try"


def test_a_known_browser_is_one_of_that_login_alone(person: Person, cheap: None, wall: Wall) -> None:
    """Somebody else's cookie gives no budget of its own: otherwise everybody with a login could guess freely."""
    stranger = make_person(person.cabinet, with_login=True)
    stranger_login = log_in(person.cabinet, stranger.union_card, PASSWORD, HERE, "", "")
    for _ in range(4):
        _try(person, WRONG, known_as=stranger_login.known_as)
    assert {"address", "password", "wrong passwords"} == _subjects(person.cabinet)


@pytest.mark.parametrize("cookie", ["x", "", "\x00", "й" * 43, "a" * 43, "a" * 5000])
def test_a_made_up_cookie_is_no_known_browser(person: Person, cheap: None, cookie: str) -> None:
    for _ in range(4):
        _try(person, WRONG, known_as=cookie)
    assert _try(person, known_as=cookie).wait_seconds == 5
    assert "address" in _subjects(person.cabinet)


def test_a_browser_of_two_people_is_known_to_both(person: Person, cheap: None) -> None:
    wife = make_person(person.cabinet, with_login=True)
    first = _try(person)
    second = log_in(person.cabinet, wife.union_card, PASSWORD, HERE, "", first.known_as)
    assert first.known_as == second.known_as
    with scope(person.cabinet):
        assert KnownDevice.objects.count() == 2


def test_a_browser_of_one_cabinet_is_unknown_in_another(person: Person, other_cabinet: Cabinet, cheap: None) -> None:
    known_as = _try(person).known_as
    assert person.login is not None
    with scope(other_cabinet):
        assert not is_known(f"login:{person.login.pk}", known_as)


def test_of_many_browsers_the_last_used_are_kept(person: Person, wall: Wall) -> None:
    cookies = []
    for _ in range(MOST_DEVICES + 3):
        with scope(person.cabinet):
            cookies.append(remember_device("login:1", ""))
        wall.forward(seconds=1)
    with scope(person.cabinet):
        assert [is_known("login:1", each) for each in cookies] == [False] * 3 + [True] * MOST_DEVICES
        wall.forward(seconds=1)
        assert remember_device("login:1", cookies[3]) == cookies[3]
        wall.forward(seconds=1)
        remember_device("login:1", "")
        assert [is_known("login:1", each) for each in cookies[3:5]] == [True, False]


def test_forgotten_browsers_are_strangers_again(person: Person) -> None:
    with scope(person.cabinet):
        cookie = remember_device("login:1", "")
        other = remember_device("login:2", "")
        forget_devices("login:1")
        assert (is_known("login:1", cookie), is_known("login:2", other)) == (False, True)


def test_browsers_not_seen_for_as_long_as_the_cookie_lives_are_swept(person: Person, wall: Wall) -> None:
    with scope(person.cabinet):
        old = remember_device("login:1", "")
        wall.forward(days=400)
        young = remember_device("login:1", "")
        assert sweep_known_devices(person.cabinet) == 0
        wall.forward(seconds=1)
        assert [sweep_known_devices(person.cabinet) for _ in range(2)] == [1, 0]
        assert (is_known("login:1", old), is_known("login:1", young)) == (False, True)


@pytest.mark.parametrize("cookie", ["", "a" * 43])
def test_a_wrong_pair_asks_the_database_the_same_whether_the_login_is_known_or_not(
    person: Person, cheap: None, wall: Wall, cookie: str
) -> None:
    asked = []
    _try(person, WRONG, known_as=cookie)
    for typed in (person.union_card, "99999999"):
        with CaptureQueriesContext(connection) as captured:
            assert log_in(person.cabinet, typed, WRONG, "192.0.2.7", "", cookie) == LogIn()
        asked.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured.captured_queries])
    assert asked[0] == asked[1]
    assert asked[0]


@pytest.fixture
def production(settings: Settings) -> None:
    """A demo is more patient with many browsers of one person."""
    settings.MODE = "production"


def _attack(person: Person, wall: Wall, known_as: str) -> list[bool]:
    """A thousand wrong passwords in an hour from 500 addresses; the person tries once every ten minutes."""
    addresses = _addresses()
    got_in = []
    for number in range(1000):
        _try(person, WRONG, next(addresses))
        wall.forward(seconds=3.6)
        if number % 166 == 165:
            got_in.append(bool(_try(person, known_as=known_as).token))
    return got_in


def test_who_is_under_attack_gets_in_at_the_first_try(
    person: Person, cheap: None, wall: Wall, production: None
) -> None:
    assert _attack(person, wall, _try(person).known_as) == [True] * 6


def test_without_known_browsers_the_person_would_wait(
    person: Person, cheap: None, wall: Wall, production: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: the same attack, and nobody is known again."""
    monkeypatch.setattr(actions, "is_known", lambda *_: False)
    assert not any(_attack(person, wall, _try(person).known_as))


def test_a_thousand_guesses_an_hour_are_mostly_not_compared(
    person: Person, cheap: None, wall: Wall, production: None
) -> None:
    addresses = _addresses()
    compared = 0
    for _ in range(1000):
        compared += _try(person, WRONG, next(addresses)).wait_seconds == 0
        wall.forward(seconds=3.6)
    assert compared < 40


def test_many_misses_take_the_first_free_tries_away(
    person: Person, cheap: None, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tallies.WHOLE, "passwords", Ceiling(20, 3600))
    addresses = _addresses()
    for number in range(20):
        log_in(person.cabinet, str(90_000_000 + number), WRONG, next(addresses), "")
    memory.forget(person.cabinet)
    known_as = _try(person).known_as
    assert known_as, "stricter is not shut: the first try is compared"
    assert _try(person, WRONG, address="192.0.2.1") == LogIn()
    assert _try(person, address="192.0.2.1") == LogIn(wait_seconds=5)
    assert _try(person, WRONG, known_as=known_as) == LogIn()
    assert _try(person, known_as=known_as).token, "a known browser keeps its free tries"
    wall.forward(hours=1)
    memory.forget(person.cabinet)
    assert [_try(person, WRONG, address="192.0.2.2") for _ in range(2)] == [LogIn()] * 2, "a control: it passes"


def test_the_cabinets_own_misses_are_its_own(person: Person, other_cabinet: Cabinet, cheap: None) -> None:
    _try(person, WRONG)
    with scope(person.cabinet):
        assert Budget.objects.get(subject="wrong passwords").tries == 1
    with scope(other_cabinet):
        assert not Budget.objects.filter(subject="wrong passwords").exists()
    assert WholeBudget.objects.get(subject="wrong passwords").tries == 1


def test_right_pairs_and_known_browsers_count_nothing_for_all(person: Person, cheap: None) -> None:
    known_as = _try(person).known_as
    _try(person, WRONG, known_as=known_as)
    assert not WholeBudget.objects.exists()


def test_the_cookie_lives_four_hundred_days_and_survives_the_log_out(documents: None, person: Person) -> None:
    browser = Browser()
    page = browser.submit(browser.get("/alpha/login"), {"login": person.union_card, "password": PASSWORD})
    cookie = next(each for each in page.cookies if each.startswith("openlk-alpha-device="))
    assert {"HttpOnly", "Path=/alpha/", "SameSite=Lax", f"Max-Age={400 * 86400}"} <= set(cookie.split("; "))
    kept = browser.jar["openlk-alpha-device", "/alpha/"]
    browser.submit(browser.get("/alpha/me/profile"))
    assert browser.jar["openlk-alpha-device", "/alpha/"] == kept
    logged_in(browser, person)
    assert browser.jar["openlk-alpha-device", "/alpha/"] == kept
    with scope(person.cabinet):
        assert KnownDevice.objects.count() == 1
