"""How many tries a subject has, and how long it waits after each."""

from dataclasses import dataclass

from django.conf import settings

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


# Instead of a delay: nothing more in this window.
REST_OF_WINDOW = -1


@dataclass(frozen=True)
class Rule:
    """The first `free` tries of a window cost nothing; after the n-th one beyond them the next waits `delays[n - 1]`.

    The last delay repeats. `window_seconds` counts from the window's first try; a new window starts from nothing.
    """

    delays_seconds: tuple[int, ...]
    window_seconds: int
    free: int = 0


def at_most(tries: int, window_seconds: int) -> Rule:
    """So many in a window, and no more until it ends."""
    return Rule((REST_OF_WINDOW,), window_seconds, free=tries - 1)


_GROWING = (5, 10, 20, 40, 60, 120, 300, 900)


def wrong_answers(*, strict: bool = False) -> Rule:
    """For one person's secret or number from one network: grows from seconds to a quarter of an hour.

    `strict`: the first misses are not free any more.
    """
    if strict:
        return Rule(_GROWING, DAY)
    return Rule(_GROWING, DAY, free=3) if settings.MODE == "demo" else Rule((1, *_GROWING), DAY, free=2)


def wrong_passwords_of_device() -> Rule:
    """For one person at a browser that has logged in before: as for one network, and nobody else's misses count."""
    return wrong_answers()


def wrong_passwords_elsewhere(*, strict: bool = False) -> Rule:
    """For one person's password from all browsers that are not known, wherever they are.

    Grows to five minutes and never locks: whoever knows a login can slow down a browser its owner has never used
    before, and neither the ones that are known nor the way back through a contact.
    """
    usual = 60 if settings.MODE == "demo" else 10
    return Rule((1, 2, 5, 10, 20, 40, 60, 120, 300), DAY, free=0 if strict else usual)


def tries_of_address() -> Rule:
    """For one network address: 60 tries in ten minutes in demo, 30 in production, then one every few seconds.

    Right answers are given back (`refund`): many people behind one address do not use up each other's tries.
    """
    allowed = 60 if settings.MODE == "demo" else 30
    return Rule((5, 10, 20, 30), 10 * MINUTE, free=allowed - 1)


def code_tries() -> Rule:
    """For the codes of one subject, however many were sent: five tries, then growing waits, ten a day in all."""
    return Rule((60, 120, 300, 600, 900, REST_OF_WINDOW), DAY, free=4)


def link_tries() -> Rule:
    """For the tokens of links tried from one network address; right ones are given back."""
    return tries_of_address()


@dataclass(frozen=True)
class Ceiling:
    """How many of a kind are usual in a window; beyond it the guard becomes stricter for everybody unknown."""

    tries: int
    window_seconds: int


def requests_for_help() -> Rule:
    """For the feedback form of one network address: 20 in ten minutes; each one is a letter to somebody."""
    return Rule((10 * MINUTE,), 10 * MINUTE, free=19)


def letters_to_stranger() -> Rule:
    """For an address that anybody may type into a form: five letters a day."""
    return Rule((HOUR,), DAY, free=4)


def sends_to_recipient() -> tuple[Rule, Rule]:
    """For one phone or mailbox: five messages in ten minutes, ten a day, however many codes are asked for.

    In demo mode ten and sixty: the few people of the sample are everybody's.
    """
    soon, daily = (10, 60) if settings.MODE == "demo" else (5, 10)
    return at_most(soon, 10 * MINUTE), at_most(daily, DAY)


def sends_to_neighbours(channel: str) -> Rule:
    """For the phones of one block of ten thousand, or the mailboxes of one small domain: who pumps goes through all."""
    usual = 100 if channel == "sms" else 300
    return at_most(10 * usual if settings.MODE == "demo" else usual, HOUR)


def sends_asked_from_address() -> tuple[Rule, Rule]:
    """For one network address: twenty an hour, then one a minute; 200 a day. In demo as many as tries.

    Mobile operators hide thousands behind one address, so beyond the usual it slows down before it stops.
    """
    if settings.MODE == "demo":
        return Rule((20, 30, 60), 10 * MINUTE, free=59), at_most(5_000, DAY)
    return Rule((20, 30, 60), HOUR, free=19), at_most(200, DAY)
