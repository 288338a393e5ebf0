"""Sixty-four guesses at once: no more are compared than one after another, and what is right is used once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import challenges
from openlk.guard.challenges import (
    CODE_TRIES,
    Link,
    consume,
    consume_link,
    fits,
    issue_code,
    issue_link,
    look_at_link,
    take_attempt,
)
from openlk.guard.models import Challenge
from openlk.guard.rules import link_tries
from openlk.kit import clock
from tests.support.databases import OwnDatabase
from tests.support.threads import Result, at_once

THREADS = 64
SUBJECT = "run:7:3"
HERE = "203.0.113.7"
LIFE = timedelta(minutes=10)


@pytest.fixture
def code(own_database: OwnDatabase, cabinet: Cabinet) -> str:
    """A code that was sent."""
    with scope(cabinet), transaction.atomic():
        return issue_code(SUBJECT, digits=6, life=LIFE)


@pytest.fixture
def token(own_database: OwnDatabase, cabinet: Cabinet) -> str:
    """A link that was sent."""
    with scope(cabinet), transaction.atomic():
        return issue_link(SUBJECT, life=LIFE)


def _all_at_once(call: Callable[[], Result]) -> list[Result]:
    results = at_once([call] * THREADS)
    broken = [each for each in results if isinstance(each, Exception)]
    assert broken == []
    return results  # type: ignore[return-value]  # none of them is an exception


def _wrong(code: str) -> str:
    return str((int(code[0]) + 1) % 10) + code[1:]


def _guess(cabinet: Cabinet, typed: str) -> tuple[int, bool]:
    """How many codes were compared, and whether one was used up."""
    with scope(cabinet), transaction.atomic():
        taken = take_attempt(SUBJECT)
        with transaction.atomic():
            right = fits(taken, typed)
            return len(taken), bool(right and consume(right))


def test_of_many_wrong_codes_five_are_compared(code: str, cabinet: Cabinet) -> None:
    results = _all_at_once(partial(_guess, cabinet, _wrong(code)))
    assert Counter(results) == {(1, False): CODE_TRIES, (0, False): THREADS - CODE_TRIES}


def test_the_codes_own_attempts_hold_alone(code: str, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subject's budget taken away: the code still counts for itself."""
    monkeypatch.setattr(challenges, "spend", lambda _: 0)
    assert sum(compared for compared, _ in _all_at_once(partial(_guess, cabinet, _wrong(code)))) == CODE_TRIES


def test_the_subjects_budget_holds_alone(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    """A code with no end of attempts: its subject still has five before it waits."""
    with scope(cabinet), transaction.atomic():
        code = issue_code(SUBJECT, digits=6, life=LIFE, tries=1000)
    assert sum(compared for compared, _ in _all_at_once(partial(_guess, cabinet, _wrong(code)))) == CODE_TRIES


def test_reading_the_attempts_and_writing_them_then_lets_more_through(code: str, cabinet: Cabinet) -> None:
    """A control: both protections replaced by what one would write first."""
    everybody_has_read = Barrier(THREADS)

    def attempt() -> int:
        with scope(cabinet):
            challenge = Challenge.objects.get(subject=SUBJECT)
        everybody_has_read.wait(30)
        if challenge.attempts_left <= 0:
            return 0
        with scope(cabinet):
            Challenge.objects.filter(pk=challenge.pk).update(attempts_left=challenge.attempts_left - 1)
        return 1

    assert sum(_all_at_once(attempt)) == THREADS


def test_of_many_right_codes_one_is_used(code: str, cabinet: Cabinet) -> None:
    results = _all_at_once(partial(_guess, cabinet, code))
    assert sum(used for _, used in results) == 1
    assert sum(compared for compared, _ in results) <= CODE_TRIES


def test_a_code_compared_many_times_at_once_is_used_once(code: str, cabinet: Cabinet) -> None:
    """As if the attempts were no limit: consuming alone holds too."""
    with scope(cabinet), transaction.atomic():
        (taken,) = take_attempt(SUBJECT)

    def use() -> bool:
        with scope(cabinet), transaction.atomic():
            return consume(taken)

    assert Counter(_all_at_once(use)) == {True: 1, False: THREADS - 1}


def test_looking_whether_it_is_used_and_writing_it_then_uses_it_often(code: str, cabinet: Cabinet) -> None:
    """A control of the consumption."""
    everybody_has_read = Barrier(THREADS)

    def use() -> bool:
        with scope(cabinet):
            challenge = Challenge.objects.get(subject=SUBJECT)
        everybody_has_read.wait(30)
        if challenge.used_at is not None:
            return False
        with scope(cabinet):
            Challenge.objects.filter(pk=challenge.pk).update(used_at=clock.wall())
        return True

    assert sum(_all_at_once(use)) == THREADS


def _open(cabinet: Cabinet, token: str) -> Link | None:
    with scope(cabinet), transaction.atomic():
        return consume_link(token, HERE)


def _look(cabinet: Cabinet, token: str) -> Link | None:
    with scope(cabinet), transaction.atomic():
        return look_at_link(token, HERE)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that were compared with the table."""
    found: list[str] = []
    look = challenges._living_link

    def watched(token: str) -> Challenge | None:
        found.append(token)
        return look(token)

    monkeypatch.setattr(challenges, "_living_link", watched)
    return found


@pytest.mark.parametrize("way", [_look, _open])
def test_of_many_wrong_tokens_the_allowed_number_is_compared(
    token: str,
    cabinet: Cabinet,
    looked_up: list[str],
    settings: Settings,
    way: Callable[[Cabinet, str], Link | None],
) -> None:
    settings.MODE = "production"
    allowed = link_tries().free + 1
    assert _all_at_once(partial(way, cabinet, "x" * 43)) == [None] * THREADS
    assert len(looked_up) == allowed < THREADS


def test_without_the_networks_budget_all_of_them_would_be(
    token: str, cabinet: Cabinet, looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control."""
    monkeypatch.setattr(challenges, "spend", lambda _: 0)
    assert _all_at_once(partial(_open, cabinet, "x" * 43)) == [None] * THREADS
    assert len(looked_up) == THREADS


def test_of_many_who_open_a_link_one_uses_it(token: str, cabinet: Cabinet) -> None:
    results = _all_at_once(partial(_open, cabinet, token))
    assert [each.subject for each in results if each] == [SUBJECT]


def test_a_link_looked_at_and_then_spoilt_is_used_often(token: str, cabinet: Cabinet) -> None:
    """A control: the look of a GET followed by a write is no consumption."""
    everybody_has_looked = Barrier(THREADS)

    def use() -> bool:
        seen = _look(cabinet, token)
        everybody_has_looked.wait(30)
        if seen is None:
            return False
        with scope(cabinet):
            Challenge.objects.filter(subject=SUBJECT).update(used_at=clock.wall())
        return True

    assert sum(_all_at_once(use)) > 1
