"""Sixty-four at once ask for a message: as many go as one after another, and nobody meets an error."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import sends
from openlk.guard.definition import LimitsDefinition
from openlk.guard.models import Budget, WholeBudget
from openlk.guard.sends import may_send
from tests.support.databases import OwnDatabase
from tests.support.threads import at_once

THREADS = 64
PHONE = "+79123456789"
CAP = 5


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> None:
    """A demo is more patient."""
    settings.MODE = "production"


def _send(cabinet: Cabinet, recipient: str, address: str) -> int:
    with scope(cabinet), transaction.atomic():
        return may_send("sms", recipient, address)


def _sent(calls: Sequence[Callable[[], int]]) -> int:
    results = at_once(calls)
    assert [each for each in results if isinstance(each, Exception)] == []
    return results.count(0)


def test_one_phone_gets_five(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    calls = [partial(_send, cabinet, PHONE, f"198.51.100.{number}") for number in range(THREADS)]
    assert _sent(calls) == CAP
    with scope(cabinet):
        tries = set(Budget.objects.filter(subject__in=["send:sms"]).values_list("tries", flat=True))
    assert tries == {CAP}, "what was not sent costs the cabinet's day nothing"
    assert WholeBudget.objects.get(subject="send:sms").tries == CAP


def test_the_cabinets_day_ends_at_its_number(
    own_database: OwnDatabase, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sends, "limits_of", lambda _: LimitsDefinition(sms_per_day=20))
    calls = [partial(_send, cabinet, f"+79{number:02d}3456789", f"198.51.100.{number}") for number in range(THREADS)]
    assert _sent(calls) == 20


def test_the_installations_day_ends_at_its_number(
    own_database: OwnDatabase, cabinet: Cabinet, other_cabinet: Cabinet, settings: Settings
) -> None:
    settings.SMS_PER_DAY = 20
    calls = [
        partial(_send, (cabinet, other_cabinet)[number % 2], f"+79{number:02d}3456789", f"198.51.100.{number}")
        for number in range(THREADS)
    ]
    assert _sent(calls) == 20


def test_two_messages_of_one_transaction_and_two_of_another_never_meet_head_on(
    own_database: OwnDatabase, cabinet: Cabinet
) -> None:
    """Each takes the rows of two phones, half of them the other way round: a deadlock, were there no first row."""

    def both(number: int) -> int:
        phones = [f"+79{digit}23456789" for digit in (1, 2)]
        with scope(cabinet), transaction.atomic():
            return sum(may_send("sms", phone, f"198.51.100.{number}") for phone in phones[:: 1 - 2 * (number % 2)])

    results = at_once([partial(both, number) for number in range(THREADS)])
    assert Counter(type(each) for each in results) == {int: THREADS}
    assert results.count(0) == CAP


def test_reading_the_cap_and_writing_it_then_sends_more(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    """A control: counted in two statements."""
    with scope(cabinet):
        Budget.objects.create(subject=PHONE, tries=0, first_ms=0, blocked_until_ms=0)
    everybody_has_read = Barrier(THREADS)

    def send() -> int:
        with scope(cabinet):
            tries = Budget.objects.get(subject=PHONE).tries
        everybody_has_read.wait(30)
        if tries >= CAP:
            return 600
        with scope(cabinet):
            Budget.objects.filter(subject=PHONE).update(tries=tries + 1)
        return 0

    assert _sent([send] * THREADS) > CAP
