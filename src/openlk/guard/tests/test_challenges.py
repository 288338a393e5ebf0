"""A code is compared a few times and used once; a link is looked at freely and used once."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import challenges, tallies
from openlk.guard.challenges import (
    Link,
    Taken,
    code_digits,
    code_wait,
    consume,
    consume_link,
    fits,
    issue_code,
    issue_link,
    link_wait,
    look_at_link,
    spoil,
    take_attempt,
)
from openlk.guard.models import Budget, Challenge
from openlk.guard.rules import Ceiling
from openlk.guard.schedule import sweep_budgets
from openlk.guard.tallies import too_many_misses
from tests.support.stage import Wall

SUBJECT = "run:7:3"
TEN_MINUTES = timedelta(minutes=10)
HERE = "203.0.113.7"


class Undone(Exception):
    """What a test's savepoint is left with."""


def _issue(cabinet: Cabinet, subject: str = SUBJECT, **options: Any) -> str:
    given: dict[str, Any] = {"digits": 6, "life": TEN_MINUTES, **options}
    with scope(cabinet), transaction.atomic():
        return issue_code(subject, **given)


def _link(cabinet: Cabinet, about: Mapping[str, object] | None = None) -> str:
    with scope(cabinet), transaction.atomic():
        return issue_link(SUBJECT, life=timedelta(hours=24), about=about)


def _wrong(code: str) -> str:
    return str((int(code[0]) + 1) % 10) + code[1:]


def _try(cabinet: Cabinet, code: str, subject: str = SUBJECT) -> Taken | None:
    """As a step does: an attempt in the outer transaction, the use in a savepoint."""
    with scope(cabinet), transaction.atomic():
        taken = take_attempt(subject)
        with transaction.atomic():
            found = fits(taken, code)
            return found if found and consume(found) else None


def test_the_right_code_is_taken_once(db: None, cabinet: Cabinet) -> None:
    code = _issue(cabinet, about={"kind": "email", "vouched": True})
    found = _try(cabinet, code)
    assert found is not None
    assert (found.subject, found.about) == (SUBJECT, {"kind": "email", "vouched": True})
    assert _try(cabinet, code) is None


@pytest.mark.parametrize("digits", [4, 6, 8])
def test_a_code_has_its_digits_and_may_begin_with_nought(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch, digits: int
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda bound: bound // 1000 - 3)
    code = _issue(cabinet, digits=digits)
    assert (len(code), code[:2]) == (digits, "00")
    assert _try(cabinet, code)


def test_neither_code_nor_token_is_stored(db: None, cabinet: Cabinet) -> None:
    code = _issue(cabinet)
    token = _link(cabinet)
    with scope(cabinet):
        rows = list(Challenge.objects.values_list("salt", "digest"))
    assert len(rows) == 2
    assert not any(code in text or token in text for row in rows for text in row)


def test_the_same_code_twice_leaves_two_digests(db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _: 123456)
    _issue(cabinet)
    _issue(cabinet)
    with scope(cabinet):
        assert len(set(Challenge.objects.values_list("digest", flat=True))) == 2


@pytest.mark.parametrize("shape", ["{0} ", "{1} {2}", "{1}-{2}", "{1}\u00a0{2}", "\u2009{0}"])
def test_a_code_may_be_typed_with_gaps(db: None, cabinet: Cabinet, shape: str) -> None:
    code = _issue(cabinet)
    assert _try(cabinet, shape.format(code, code[:3], code[3:]))


@pytest.mark.parametrize("typed", ["", " ", "x", "\ud800", "١٢٣٤٥٦", "1" * 5000, "-1", "12345"])
def test_what_is_no_code_fits_nothing(db: None, cabinet: Cabinet, typed: str) -> None:
    _issue(cabinet)
    assert _try(cabinet, typed) is None


def test_five_wrong_ones_and_the_code_is_spent(db: None, cabinet: Cabinet, wall: Wall) -> None:
    code = _issue(cabinet, life=timedelta(days=1))
    assert [_try(cabinet, _wrong(code)) for _ in range(5)] == [None] * 5
    with scope(cabinet):
        wall.forward(seconds=code_wait(SUBJECT))
        assert code_wait(SUBJECT) == 0
    assert _try(cabinet, code) is None


def test_four_wrong_ones_leave_the_right_one_its_chance(db: None, cabinet: Cabinet) -> None:
    """A control of the test above."""
    code = _issue(cabinet)
    assert [_try(cabinet, _wrong(code)) for _ in range(4)] == [None] * 4
    assert _try(cabinet, code)


def test_new_codes_bring_no_new_attempts(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """Ten comparisons a day in all, however many codes are asked for, and later ones have to wait."""
    compared = 0
    started = wall.at
    for _ in range(60):
        code = _issue(cabinet)
        with scope(cabinet), transaction.atomic():
            compared += len(take_attempt(SUBJECT))
            wait_seconds = code_wait(SUBJECT)
        assert code
        if wall.at + timedelta(seconds=wait_seconds) < started + timedelta(days=1):
            wall.forward(seconds=wait_seconds)
    assert compared == 10


def test_without_the_subjects_own_budget_new_codes_would(
    db: None, cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: the attempts of each code alone do not bound the guesses."""
    monkeypatch.setattr(challenges, "spend", lambda _: 0)
    compared = 0
    for _ in range(60):
        _issue(cabinet)
        with scope(cabinet), transaction.atomic():
            compared += len(take_attempt(SUBJECT))
    assert compared == 60


def test_a_new_code_ends_the_old_one(db: None, cabinet: Cabinet) -> None:
    old = _issue(cabinet)
    new = _issue(cabinet)
    assert _try(cabinet, old) is None
    assert _try(cabinet, new)


def test_two_contacts_may_each_have_a_code(db: None, cabinet: Cabinet) -> None:
    first = _issue(cabinet, about={"kind": "email"}, tries=1)
    second = _issue(cabinet, about={"kind": "phone"}, tries=1, keep_others=True)
    with scope(cabinet), transaction.atomic():
        taken = take_attempt(SUBJECT)
        found = [fits(taken, code) for code in (first, second)]
    assert [each.about for each in found if each] == [{"kind": "email"}, {"kind": "phone"}]
    with scope(cabinet), transaction.atomic():
        assert take_attempt(SUBJECT) == [], "one try each"


def test_one_of_two_codes_used_ends_the_other(db: None, cabinet: Cabinet) -> None:
    first = _issue(cabinet)
    second = _issue(cabinet, keep_others=True)
    assert _try(cabinet, first)
    assert _try(cabinet, second) is None


def _consume_and_undo(taken: Taken) -> None:
    with transaction.atomic():
        assert consume(taken)
        raise Undone


def test_an_attempt_survives_the_step_that_was_undone(db: None, cabinet: Cabinet) -> None:
    code = _issue(cabinet)
    with scope(cabinet), transaction.atomic():
        taken = take_attempt(SUBJECT)
        found = fits(taken, code)
        assert found is not None
        with pytest.raises(Undone):
            _consume_and_undo(found)
    with scope(cabinet):
        challenge = Challenge.objects.get()
    assert (challenge.attempts_left, challenge.used_at) == (4, None)
    assert _try(cabinet, code)


def test_a_code_dies_with_its_life(db: None, cabinet: Cabinet, wall: Wall) -> None:
    code = _issue(cabinet)
    wall.forward(minutes=9, seconds=59)
    with scope(cabinet), transaction.atomic():
        assert take_attempt(SUBJECT)
    wall.forward(seconds=1)
    assert _try(cabinet, code) is None


def test_a_spoilt_code_fits_no_more(db: None, cabinet: Cabinet) -> None:
    code = _issue(cabinet)
    with scope(cabinet), transaction.atomic():
        spoil(SUBJECT)
    assert _try(cabinet, code) is None


def test_a_code_is_good_for_its_own_subject_and_cabinet(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    code = _issue(cabinet)
    assert _try(cabinet, code, "run:8:3") is None
    assert _try(other_cabinet, code) is None
    assert _try(cabinet, code), "a control"


def test_a_code_outlives_a_change_of_the_key(db: None, cabinet: Cabinet, settings: Settings) -> None:
    code = _issue(cabinet)
    settings.OLD_SECRET_KEYS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this installation"
    assert _try(cabinet, code)


def test_without_the_key_nobody_can_guess_from_the_table(db: None, cabinet: Cabinet, settings: Settings) -> None:
    """Whoever has the table alone cannot try a million codes against it."""
    code = _issue(cabinet)
    settings.SECRET_KEY, settings.OLD_SECRET_KEYS = "a stranger's key", []
    assert _try(cabinet, code) is None


def test_nobodys_attempts_cost_the_same_waiting(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """A silent flow has no code to compare with; waiting must not tell."""
    _issue(cabinet, "run:1:3", life=timedelta(days=1))
    waits = []
    for subject in ("run:1:3", "run:2:3"):
        for _ in range(5):
            _try(cabinet, "nothing", subject)
        with scope(cabinet):
            waits.append(code_wait(subject))
    assert waits == [60, 60]


def test_many_wrong_codes_in_the_cabinet_make_new_ones_longer(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(300):
        with scope(cabinet):
            assert code_digits(6) == 6
        _try(cabinet, "000000", f"run:{number}:3")
    with scope(cabinet):
        assert (code_digits(6), code_digits(10)) == (8, 10)
    wall.forward(hours=1)
    with scope(cabinet):
        assert code_digits(6) == 6


def test_right_codes_make_nothing_longer(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(20):
        assert _try(cabinet, _issue(cabinet, f"run:{number}:3"), f"run:{number}:3")
    with scope(cabinet):
        assert dict(Budget.objects.filter(subject="wrong codes").values_list("subject", "tries")) == {"wrong codes": 0}


def test_other_cabinets_misses_count_for_the_whole(
    db: None, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(other_cabinet):
        assert not too_many_misses("codes")
    for number in range(3):
        _try(cabinet, "000000", f"run:{number}:3")
    monkeypatch.setitem(tallies.WHOLE, "codes", Ceiling(3, 3600))
    with scope(other_cabinet):
        assert code_digits(6) == 8


def test_a_link_is_looked_at_often_and_used_once(db: None, cabinet: Cabinet) -> None:
    token = _link(cabinet, {"kind": "email"})
    with scope(cabinet), transaction.atomic():
        seen = [look_at_link(token, HERE) for _ in range(100)]
        assert all(isinstance(each, Link) and each.about == {"kind": "email"} for each in seen)
        assert consume_link(token, HERE) == seen[0]
        assert consume_link(token, HERE) is None
        assert look_at_link(token, HERE) is None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "й", "x" * 5000])
def test_what_is_no_link_opens_nothing(db: None, cabinet: Cabinet, token: str) -> None:
    _link(cabinet)
    with scope(cabinet), transaction.atomic():
        assert (look_at_link(token, HERE), consume_link(token, HERE)) == (None, None)


def test_a_link_dies_with_its_life_and_with_a_new_one(db: None, cabinet: Cabinet, wall: Wall) -> None:
    old, new = _link(cabinet), _link(cabinet)
    with scope(cabinet), transaction.atomic():
        assert look_at_link(old, HERE) is None
        assert look_at_link(new, HERE)
        wall.forward(hours=24)
        assert look_at_link(new, HERE) is None
        assert consume_link(new, HERE) is None


def test_a_code_is_no_link(db: None, cabinet: Cabinet) -> None:
    code = _issue(cabinet)
    with scope(cabinet), transaction.atomic():
        assert look_at_link(code, HERE) is None


def test_a_link_of_one_cabinet_is_none_in_another(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    token = _link(cabinet)
    with scope(other_cabinet), transaction.atomic():
        assert consume_link(token, HERE) is None
    with scope(cabinet), transaction.atomic():
        assert consume_link(token, HERE), "a control"


def test_who_guesses_links_waits_and_others_do_not(db: None, cabinet: Cabinet, wall: Wall) -> None:
    token = _link(cabinet)
    with scope(cabinet), transaction.atomic():
        for number in range(60):
            assert look_at_link(f"guess{number}", HERE) is None
        assert look_at_link(token, HERE) is None
        assert (link_wait(HERE), link_wait("198.51.100.9")) == (5, 0)
        assert look_at_link(token, "198.51.100.9")
        wall.forward(seconds=5)
        assert look_at_link(token, HERE)


def test_old_challenges_are_swept(db: None, cabinet: Cabinet, wall: Wall) -> None:
    _issue(cabinet)
    wall.forward(days=2)
    _issue(cabinet, "run:8:3")
    assert sweep_budgets(cabinet) == 0
    wall.forward(minutes=11)
    assert sweep_budgets(cabinet) == 1
    with scope(cabinet):
        assert Challenge.objects.get().subject == "run:8:3"
