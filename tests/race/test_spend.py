"""Twenty tries at once: exactly as many pass as the rule allows."""

from threading import Barrier

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.actions import spend
from openlk.guard.models import Budget
from openlk.guard.rules import Rule
from tests.support.databases import OwnDatabase
from tests.support.threads import at_once

THREADS = 20
ALLOWED = 5
RULE = Rule((0,) * (ALLOWED - 1) + (600,), 3600)
SUBJECT = "login:1"


def _passed(results: list[int | Exception]) -> int:
    assert all(isinstance(each, int) for each in results), results
    return results.count(0)


def test_twenty_at_once_get_exactly_the_allowed_number(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    def attempt() -> int:
        with scope(cabinet), transaction.atomic():
            return spend([(SUBJECT, RULE)])

    assert _passed(at_once([attempt] * THREADS)) == ALLOWED
    with scope(cabinet):
        assert Budget.objects.get(subject=SUBJECT).tries == ALLOWED


def test_reading_first_and_writing_then_lets_more_through(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    """A control: counting in two statements lets everybody through who reads before the first has written."""
    with scope(cabinet):
        Budget.objects.create(subject=SUBJECT, tries=0, first_ms=0, blocked_until_ms=0)
    everybody_has_read = Barrier(THREADS)

    def attempt() -> int:
        with scope(cabinet):
            tries = Budget.objects.get(subject=SUBJECT).tries
        everybody_has_read.wait(30)
        if tries >= ALLOWED:
            return 600
        with scope(cabinet):
            Budget.objects.filter(subject=SUBJECT).update(tries=tries + 1)
        return 0

    assert _passed(at_once([attempt] * THREADS)) > ALLOWED


def test_everybody_who_begins_at_once_counts_once(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    """The first try of a subject is an insert: here too nobody is lost and nobody counts twice."""
    rule = Rule((0,), 3600)

    def attempt() -> int:
        with scope(cabinet), transaction.atomic():
            return spend([(SUBJECT, rule)])

    assert _passed(at_once([attempt] * THREADS)) == THREADS
    with scope(cabinet):
        assert Budget.objects.get(subject=SUBJECT).tries == THREADS
