"""How patient the product is, in demo and in production."""

from itertools import accumulate

from pytest_django import Settings

from openlk.guard.rules import (
    DAY,
    MINUTE,
    requests_for_help,
    tries_of_address,
    wrong_answers,
    wrong_answers_anywhere,
)


def test_in_demo_the_first_three_misses_cost_no_waiting(settings: Settings) -> None:
    settings.MODE = "demo"
    assert wrong_answers().delays_seconds[:4] == (0, 0, 0, 5)


def test_in_production_two_misses_are_free(settings: Settings) -> None:
    settings.MODE = "production"
    assert wrong_answers().delays_seconds[:4] == (0, 0, 1, 5)


def test_waiting_never_shrinks_and_stops_at_a_quarter_of_an_hour(settings: Settings) -> None:
    for mode in ("demo", "production"):
        settings.MODE = mode
        delays = wrong_answers().delays_seconds
        assert list(delays) == sorted(delays)
        assert delays[-1] == 15 * MINUTE


def test_a_guesser_gets_at_most_a_hundred_tries_a_day(settings: Settings) -> None:
    settings.MODE = "production"
    rule = wrong_answers()
    assert rule.window_seconds == DAY
    endless = rule.delays_seconds + (rule.delays_seconds[-1],) * 1000
    tries = sum(spent < DAY for spent in accumulate(endless, initial=0))
    assert 90 < tries < 110


def test_strangers_from_everywhere_slow_a_person_by_half_a_minute_at_most() -> None:
    rule = wrong_answers_anywhere()
    assert max(rule.delays_seconds) == 30
    assert rule.delays_seconds[:20] == (0,) * 20


def test_one_address_has_sixty_tries_in_ten_minutes_in_demo(settings: Settings) -> None:
    for mode, allowed in (("demo", 60), ("production", 30)):
        settings.MODE = mode
        rule = tries_of_address()
        assert (len(rule.delays_seconds), rule.window_seconds) == (allowed, 10 * MINUTE)
        assert rule.delays_seconds[:-1] == (0,) * (allowed - 1)
        assert rule.delays_seconds[-1] == 10 * MINUTE


def test_one_address_asks_for_help_twenty_times_in_ten_minutes() -> None:
    rule = requests_for_help()
    assert rule.delays_seconds == (0,) * 19 + (10 * MINUTE,)
    assert rule.window_seconds == 10 * MINUTE
