"""Logging in: the right pair opens a session, and a guesser waits."""

from collections.abc import Callable

import argon2
import nacl.pwhash
import pytest
from django.db import connection
from pytest_django import Settings

from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.identity import actions
from openlk.identity.actions import LogIn, log_in
from openlk.identity.models import Login, Session
from openlk.identity.passwords import TooBusy, hash_password, is_outdated
from openlk.identity.queries import current_login
from tests.support.people import PASSWORD, Person, make_person
from tests.support.stage import Wall

HERE = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@pytest.fixture
def person(db: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login."""
    return make_person(cabinet, union_card="0012345678", with_login=True)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for every comparison, and whether it was made inside a transaction."""
    compared: list[bool] = []
    verify: Callable[[bytes, bytes], bool] = nacl.pwhash.verify
    depth = len(connection.savepoint_ids)

    def counted(stored: bytes, password: bytes) -> bool:
        # The test itself runs in a transaction; a scope or action of the product would add a savepoint.
        compared.append(len(connection.savepoint_ids) > depth)
        return verify(stored, password)

    monkeypatch.setattr(nacl.pwhash, "verify", counted)
    return compared


def _try(person: Person, password: str = PASSWORD, address: str = HERE, typed: str = "") -> LogIn:
    return log_in(person.cabinet, typed or person.union_card, password, address, "Chrome, Android")


def test_the_right_pair_opens_a_session(person: Person) -> None:
    answer = _try(person)
    assert answer.token
    with scope(person.cabinet):
        login = current_login(answer.token)
        session = Session.objects.get()
    assert login is not None
    assert person.login is not None
    assert (login.login_id, login.login_name) == (person.login.pk, "0012345678")
    assert (session.audience, session.device) == ("customer", "Chrome, Android")


def test_the_login_is_on_record_without_a_name(person: Person) -> None:
    _try(person)
    with scope(person.cabinet):
        event = Event.objects.get(action="logged in")
    assert person.login is not None
    assert (event.actor, event.subject, event.details) == (f"login:{person.login.pk}",) * 2 + ({},)


@pytest.mark.parametrize(
    "typed", ["0012345678", " 0012345678 ", "00 1234 5678", "00-1234-5678", "00 1234—5678", "№ 0012345678"]
)
def test_the_card_may_be_typed_as_it_is_printed(person: Person, typed: str) -> None:
    assert _try(person, typed=typed).token


@pytest.mark.parametrize("typed", ["12345678", "0012345679", "Ковалёва", "", "0012345678x", "1" * 5000])
def test_another_name_does_not_fit(person: Person, typed: str) -> None:
    assert log_in(person.cabinet, typed, PASSWORD, HERE, "") == LogIn()


def test_a_wrong_password_opens_nothing(person: Person) -> None:
    assert _try(person, "не тот пароль") == LogIn()
    with scope(person.cabinet):
        assert not Session.objects.exists()


@pytest.mark.parametrize("known", [True, False])
def test_one_hash_is_spent_whether_the_login_is_known_or_not(person: Person, hashes: list[bool], known: bool) -> None:
    _try(person, "не тот пароль", typed="" if known else "99999999")
    assert hashes == [False], "one comparison, outside of any transaction of the product"


def test_the_fourth_miss_waits_and_nothing_is_compared_meanwhile(
    person: Person, hashes: list[bool], wall: Wall
) -> None:
    for _ in range(4):
        assert _try(person, "не тот пароль") == LogIn()
    hashes.clear()
    assert _try(person) == LogIn(wait_seconds=5)
    assert hashes == []
    wall.forward(seconds=5)
    assert _try(person).token


def test_the_right_password_forgives_the_misses(person: Person, wall: Wall) -> None:
    for _ in range(3):
        _try(person, "не тот пароль")
    assert _try(person).token
    for _ in range(3):
        assert _try(person, "не тот пароль").wait_seconds == 0
    assert _try(person).token


def test_an_unknown_login_waits_just_the_same(person: Person, wall: Wall) -> None:
    """Otherwise waiting would tell who is registered."""
    waits = []
    for typed in (person.union_card, "99999999"):
        for _ in range(4):
            _try(person, "не тот пароль", typed=typed)
        waits.append(_try(person, "не тот пароль", typed=typed).wait_seconds)
    assert waits == [5, 5]


def test_a_stranger_slows_a_new_browser_down_by_five_minutes_at_most(
    person: Person, wall: Wall, settings: Settings
) -> None:
    """A browser that has logged in before is not slowed down at all: test_known_devices.py."""
    settings.MODE = "production"
    for _ in range(30):
        wait_seconds = _try(person, "не тот пароль", ELSEWHERE).wait_seconds
        wall.forward(seconds=wait_seconds)
    for _ in range(2):
        _try(person, "не тот пароль", ELSEWHERE)
    assert _try(person, address=ELSEWHERE).wait_seconds == 900, "a control: the stranger waits"
    assert 0 < _try(person).wait_seconds <= 300
    wall.forward(seconds=300)
    assert _try(person).token


def test_one_address_may_not_try_everybodys_login(person: Person, wall: Wall) -> None:
    answers = [_try(person, "не тот пароль", typed=str(90_000_000 + number)) for number in range(61)]
    assert [answer.wait_seconds for answer in answers[:60]] == [0] * 60
    assert answers[60].wait_seconds == 5
    assert _try(person, address=ELSEWHERE).token


def test_many_who_log_in_behind_one_address_do_not_stop_each_other(person: Person, wall: Wall) -> None:
    """A right answer is given back: a control of the limit above."""
    assert [bool(_try(person).token) for _ in range(61)] == [True] * 61


def test_a_login_of_one_cabinet_is_none_in_another(person: Person, other_cabinet: Cabinet) -> None:
    assert log_in(other_cabinet, person.union_card, PASSWORD, HERE, "") == LogIn()
    twin = make_person(other_cabinet, union_card=person.union_card, with_login=True, password="другой пароль")
    assert log_in(other_cabinet, twin.union_card, PASSWORD, HERE, "") == LogIn()
    assert log_in(other_cabinet, twin.union_card, "другой пароль", HERE, "").token


def _stored(person: Person) -> str:
    with scope(person.cabinet):
        return Login.objects.values_list("password", flat=True).get(name=person.union_card)


def _store(person: Person, phc: str) -> None:
    with scope(person.cabinet):
        Login.objects.filter(name=person.union_card).update(password=phc)


@pytest.mark.parametrize(
    "hasher",
    [
        argon2.PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1),
        argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=4, salt_len=22),
        argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1, type=argon2.Type.I),
    ],
)
def test_a_right_password_renews_an_outdated_hash(person: Person, hasher: argon2.PasswordHasher) -> None:
    old = hasher.hash(PASSWORD)
    _store(person, old)
    assert _try(person, "не тот пароль").token is None
    assert _stored(person) == old, "a wrong one changes nothing"
    assert _try(person).token
    renewed = _stored(person)
    assert is_outdated(old)
    assert not is_outdated(renewed)
    assert _try(person).token
    assert _stored(person) == renewed, "once is enough"


def test_a_password_changed_meanwhile_is_not_written_over(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes the login back between the comparison and the writing: the old password opens nothing."""
    _store(person, argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD))
    new = hash_password("совсем-другая-тайна-9")
    renew = actions._renewed

    def changed_meanwhile(password: str, phc: str) -> str | None:
        _store(person, new)
        return renew(password, phc)

    monkeypatch.setattr(actions, "_renewed", changed_meanwhile)
    assert _try(person) == LogIn()
    assert _stored(person) == new
    with scope(person.cabinet):
        assert not Session.objects.exists()


def test_without_the_second_look_the_old_password_would_open(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control of the test above."""
    renew = actions._renewed

    def changed_meanwhile(password: str, phc: str) -> str | None:
        _store(person, hash_password("совсем-другая-тайна-9"))
        return renew(password, phc)

    monkeypatch.setattr(actions, "_renewed", changed_meanwhile)
    monkeypatch.setattr(actions, "still_has_password", lambda *_: True)
    assert _try(person).token


def test_no_processor_free_to_renew_a_hash_lets_the_person_in(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    _store(person, old)

    def busy(_: str) -> str:
        raise TooBusy

    monkeypatch.setattr(actions, "hash_password", busy)
    assert _try(person).token
    assert _stored(person) == old


def test_no_processor_free_to_compare_costs_no_try(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> bool:
        raise TooBusy

    monkeypatch.setattr(actions, "password_matches", busy)
    for _ in range(5):
        with pytest.raises(TooBusy):
            _try(person)
    monkeypatch.undo()
    assert _try(person).token


def test_a_session_says_when_its_person_proved_who_they_are(person: Person, wall: Wall) -> None:
    _try(person)
    with scope(person.cabinet):
        assert Session.objects.get().proved_at == wall.at
