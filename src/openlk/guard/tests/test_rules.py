"""How patient the product is, in demo and in production."""

from itertools import accumulate

from pytest_django import Settings

from openlk.guard.rules import (
    DAY,
    HOUR,
    MINUTE,
    Rule,
    letters_to_stranger,
    requests_for_help,
    tries_of_address,
    wrong_answers,
    wrong_passwords_elsewhere,
)


def delays(rule: Rule) -> tuple[int, ...]:
    """What every try of a window is followed by, the free ones too."""
    return (0,) * rule.free + rule.delays_seconds


def test_in_demo_the_first_three_misses_cost_no_waiting(settings: Settings) -> None:
    settings.MODE = "demo"
    assert delays(wrong_answers())[:4] == (0, 0, 0, 5)


def test_in_production_two_misses_are_free(settings: Settings) -> None:
    settings.MODE = "production"
    assert delays(wrong_answers())[:4] == (0, 0, 1, 5)


def test_waiting_never_shrinks_and_stops_at_a_quarter_of_an_hour(settings: Settings) -> None:
    for mode in ("demo", "production"):
        settings.MODE = mode
        waits = delays(wrong_answers())
        assert list(waits) == sorted(waits)
        assert waits[-1] == 15 * MINUTE


def test_a_guesser_gets_at_most_a_hundred_tries_a_day(settings: Settings) -> None:
    settings.MODE = "production"
    rule = wrong_answers()
    assert rule.window_seconds == DAY
    endless = delays(rule) + (rule.delays_seconds[-1],) * 1000
    tries = sum(spent < DAY for spent in accumulate(endless, initial=0))
    assert 90 < tries < 110


def test_one_address_has_sixty_tries_in_ten_minutes_in_demo_and_then_one_now_and_then(settings: Settings) -> None:
    for mode, allowed in (("demo", 60), ("production", 30)):
        settings.MODE = mode
        rule = tries_of_address()
        assert rule.window_seconds == 10 * MINUTE
        assert rule.free == allowed - 1
        late = rule.delays_seconds
        assert list(late) == sorted(late)
        assert 0 < late[0] <= late[-1] <= MINUTE


def test_an_address_that_anybody_may_type_gets_five_letters_a_day() -> None:
    rule = letters_to_stranger()
    assert rule.free == 4
    assert rule.delays_seconds[0] >= HOUR
    assert rule.window_seconds == DAY


def test_one_address_asks_for_help_twenty_times_in_ten_minutes() -> None:
    rule = requests_for_help()
    assert (rule.free, rule.delays_seconds) == (19, (10 * MINUTE,))
    assert rule.window_seconds == 10 * MINUTE


def test_from_everywhere_together_a_person_waits_five_minutes_at_most(settings: Settings) -> None:
    """It slows a guesser down; longer, and strangers could keep a person's new phone out."""
    for mode in ("demo", "production"):
        settings.MODE = mode
        for strict in (False, True):
            waits = delays(wrong_passwords_elsewhere(strict=strict))
            assert list(waits) == sorted(waits)
            assert waits[-1] == 5 * MINUTE


def test_when_it_is_strict_the_first_misses_wait_too(settings: Settings) -> None:
    for mode in ("demo", "production"):
        settings.MODE = mode
        assert delays(wrong_answers(strict=True))[0] == 5
        assert delays(wrong_passwords_elsewhere(strict=True))[0] == 1
        assert (delays(wrong_answers())[0], delays(wrong_passwords_elsewhere())[0]) == (0, 0)
