"""How many tries a subject has, and how long it waits after each."""

from dataclasses import dataclass

from django.conf import settings

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class Rule:
    """After the n-th try in a window the next one waits `delays_seconds[n - 1]` (the last one repeats).

    `window_seconds` counts from the window's first try; a new window starts from nothing.
    """

    delays_seconds: tuple[int, ...]
    window_seconds: int


def wrong_answers() -> Rule:
    """For one person's secret or number from one network: grows from seconds to a quarter of an hour.

    There is no such rule for a secret from all networks together: whoever knows a login could lock its owner out.
    """
    growing = (5, 10, 20, 40, 60, 120, 300, 900)
    if settings.MODE == "demo":
        return Rule((0, 0, 0, *growing), DAY)
    return Rule((0, 0, 1, *growing), DAY)


def tries_of_address() -> Rule:
    """For one network address: 60 tries in ten minutes in demo, 30 in production, then one every few seconds.

    Right answers are given back (`refund`): many people behind one address do not use up each other's tries.
    """
    allowed = 60 if settings.MODE == "demo" else 30
    return Rule((0,) * (allowed - 1) + (5, 10, 20, 30), 10 * MINUTE)


def requests_for_help() -> Rule:
    """For the feedback form of one network address: 20 in ten minutes; each one is a letter to somebody."""
    return Rule((0,) * 19 + (10 * MINUTE,), 10 * MINUTE)


def letters_to_stranger() -> Rule:
    """For an address that anybody may type into a form: five letters a day."""
    return Rule((0,) * 4 + (HOUR,), DAY)
