"""Attempts are counted by the database, and waiting grows as the rule says."""

from datetime import timedelta

import pytest
from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import actions
from openlk.guard.actions import forgive, refund, seconds_to_wait, spend, spend_whole
from openlk.guard.models import Budget
from openlk.guard.rules import REST_OF_WINDOW, Rule, at_most
from openlk.guard.schedule import sweep_budgets
from tests.support.stage import Wall

SUBJECT = "login:1"
GROWING = Rule((0, 0, 5, 10), 3600)


def _spend(cabinet: Cabinet, *subjects: tuple[str, Rule]) -> int:
    with scope(cabinet), transaction.atomic():
        return spend(subjects)


def _tries(cabinet: Cabinet) -> dict[str, int]:
    with scope(cabinet):
        return dict(Budget.objects.values_list("subject", "tries"))


def test_waiting_grows_and_its_last_step_repeats(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for free in range(2):
        assert _spend(cabinet, (SUBJECT, GROWING)) == 0, free
    waited = []
    for _ in range(4):
        assert _spend(cabinet, (SUBJECT, GROWING)) == 0
        waited.append(_spend(cabinet, (SUBJECT, GROWING)))
        wall.forward(seconds=waited[-1])
    assert waited == [5, 10, 10, 10]


@pytest.mark.parametrize(
    "delays", [(0,), (7,), (0, 3), (0, 0, 0, 5, 10, 20), (1, 1, 2, 2, 3), (5, 0, 5), (0,) * 59 + (600,)]
)
def test_every_try_is_followed_by_its_own_delay(
    db: None, cabinet: Cabinet, wall: Wall, delays: tuple[int, ...]
) -> None:
    rule = Rule(delays, 24 * 3600)
    for number in range(1, len(delays) + 3):
        assert _spend(cabinet, (SUBJECT, rule)) == 0
        with scope(cabinet):
            budget = Budget.objects.get(subject=SUBJECT)
        now_ms = int(wall.at.timestamp() * 1000)
        expected = delays[min(number, len(delays)) - 1]
        assert (budget.tries, max(0, budget.blocked_until_ms - now_ms)) == (number, expected * 1000)
        wall.forward(seconds=expected)


@pytest.mark.parametrize("delays", [(5,), (5, 10, 20), (60, REST_OF_WINDOW)])
@pytest.mark.parametrize("free", [1, 4])
def test_the_free_tries_come_first(db: None, cabinet: Cabinet, wall: Wall, delays: tuple[int, ...], free: int) -> None:
    rule = Rule(delays, 3600, free=free)
    started, waits = wall.at, []
    for _ in range(free + len(delays)):
        assert _spend(cabinet, (SUBJECT, rule)) == 0
        with scope(cabinet):
            waits.append(seconds_to_wait(SUBJECT))
        wall.forward(seconds=waits[-1])
    rest = 3600 - sum(delays[:-1])
    assert waits == [0] * free + [rest if each == REST_OF_WINDOW else each for each in delays]
    assert delays[-1] != REST_OF_WINDOW or wall.at == started + timedelta(seconds=3600)


def test_so_many_in_a_window_and_then_a_new_one(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for _ in range(2):
        assert [_spend(cabinet, (SUBJECT, at_most(3, 60))) for _ in range(4)] == [0, 0, 0, 60]
        wall.forward(seconds=60)
    assert [_spend(cabinet, ("one", at_most(1, 60))) for _ in range(2)] == [0, 60]


def test_each_subject_of_one_statement_keeps_to_its_own_rule(db: None, cabinet: Cabinet, wall: Wall) -> None:
    subjects = [("wide", Rule((7,), 60, free=3)), ("here", GROWING), ("one", at_most(9, 3600))]
    waits = []
    for _ in range(6):
        assert _spend(cabinet, *subjects) == 0
        with scope(cabinet):
            waits.append([seconds_to_wait(subject) for subject, _ in subjects])
        wall.forward(seconds=max(waits[-1]))
    assert waits == [[0, 0, 0], [0, 0, 0], [0, 5, 0], [7, 10, 0], [7, 10, 0], [7, 10, 0]]


def test_a_subject_named_twice_counts_once(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """Two steps of a flow may both count the network."""
    assert _spend(cabinet, (SUBJECT, GROWING), ("b", GROWING), (SUBJECT, GROWING)) == 0
    assert _tries(cabinet) == {SUBJECT: 1, "b": 1}


def test_nothing_to_count_is_nothing_to_wait_for(db: None, cabinet: Cabinet) -> None:
    assert _spend(cabinet) == 0


def test_the_whole_installation_counts_across_cabinets(
    db: None, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall
) -> None:
    rule = at_most(2, 60)
    answers = []
    for each in (cabinet, other_cabinet, cabinet):
        with scope(each), transaction.atomic():
            answers.append(spend_whole("send:sms", rule))
    assert answers == [0, 0, 60]


def test_a_try_too_early_is_told_the_rest_and_costs_nothing(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((10,), 3600)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    wall.forward(seconds=4)
    assert _spend(cabinet, (SUBJECT, rule)) == 6
    wall.forward(seconds=5.5)
    assert _spend(cabinet, (SUBJECT, rule)) == 1
    assert _tries(cabinet) == {SUBJECT: 1}
    wall.forward(seconds=0.5)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    assert _tries(cabinet) == {SUBJECT: 2}


def test_a_clock_read_a_moment_earlier_makes_nobody_wait(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """Two tries at once: the one whose turn comes second may have looked at its clock first."""
    assert _spend(cabinet, (SUBJECT, GROWING)) == 0
    wall.forward(seconds=-0.05)
    assert _spend(cabinet, (SUBJECT, GROWING)) == 0


def test_a_right_try_is_given_back(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((0, 0, 60), 3600)
    for _ in range(5):
        assert _spend(cabinet, (SUBJECT, rule)) == 0
        with scope(cabinet), transaction.atomic():
            refund(SUBJECT)
    assert _tries(cabinet) == {SUBJECT: 0}
    with scope(cabinet), transaction.atomic():
        refund(SUBJECT)
        refund("login:2")
    assert _tries(cabinet) == {SUBJECT: 0}, "never less than nothing"


def test_looking_how_long_costs_nothing(db: None, cabinet: Cabinet, wall: Wall) -> None:
    with scope(cabinet):
        assert seconds_to_wait(SUBJECT) == 0
    _spend(cabinet, (SUBJECT, Rule((60,), 3600)))
    with scope(cabinet):
        assert [seconds_to_wait(SUBJECT) for _ in range(3)] == [60] * 3


def test_a_budget_forgiven_meanwhile_breaks_nothing(
    db: None, cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Rule((60,), 3600)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    monkeypatch.setattr(actions, "_BLOCKED", f"{actions._BLOCKED} AND 1 = 0")
    assert _spend(cabinet, (SUBJECT, rule)) == 1


def test_what_no_rule_looks_at_is_swept(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((0,), 3600)
    _spend(cabinet, ("old", rule))
    wall.forward(days=1, hours=12)
    _spend(cabinet, ("young", rule))
    assert sweep_budgets(cabinet) == 0
    wall.forward(hours=13)
    assert [sweep_budgets(cabinet), sweep_budgets(cabinet)] == [1, 0]
    assert _tries(cabinet) == {"young": 1}


def test_a_new_window_starts_from_nothing(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((0, 0, 30), 60)
    for _ in range(3):
        assert _spend(cabinet, (SUBJECT, rule)) == 0
    wall.forward(seconds=60)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    assert _tries(cabinet) == {SUBJECT: 1}


def test_a_window_counts_from_its_first_try(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """A control of the test above: until then tries add up; and then it ends, however late the last try was."""
    rule = Rule((0,), 60)
    counted = []
    for seconds in (0, 31, 28, 1):
        wall.forward(seconds=seconds)
        assert _spend(cabinet, (SUBJECT, rule)) == 0
        counted.append(_tries(cabinet)[SUBJECT])
    assert counted == [1, 2, 3, 1]


def test_the_end_of_a_window_does_not_cut_a_delay_short(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((100,), 60)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    wall.forward(seconds=61)
    assert _spend(cabinet, (SUBJECT, rule)) == 39


def test_the_forgiven_start_from_nothing(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((0, 900), 3600)
    for _ in range(2):
        assert _spend(cabinet, (SUBJECT, rule)) == 0
    assert _spend(cabinet, (SUBJECT, rule)) == 900
    with scope(cabinet), transaction.atomic():
        forgive([SUBJECT])
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    assert _tries(cabinet) == {SUBJECT: 1}


def test_while_one_must_wait_none_is_counted(db: None, cabinet: Cabinet, wall: Wall) -> None:
    blocked, free = Rule((50,), 3600), Rule((0,), 3600)
    assert _spend(cabinet, ("a", free), ("b", blocked), ("c", free)) == 0
    assert _spend(cabinet, ("a", free), ("b", blocked), ("c", free)) == 50
    assert _tries(cabinet) == {"a": 1, "b": 1, "c": 1}


def test_subjects_do_not_count_for_each_other(db: None, cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((60,), 3600)
    assert _spend(cabinet, ("login:1", rule)) == 0
    assert _spend(cabinet, ("login:2", rule)) == 0
    assert _spend(cabinet, ("login:1", rule)) == 60


def test_cabinets_do_not_count_for_each_other(db: None, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall) -> None:
    rule = Rule((60,), 3600)
    assert _spend(cabinet, (SUBJECT, rule)) == 0
    assert _spend(other_cabinet, (SUBJECT, rule)) == 0
    assert _spend(cabinet, (SUBJECT, rule)) == 60
