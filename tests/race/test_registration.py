"""One person, many presses of «Сохранить» at once: one login, and everybody else is told."""

from collections import Counter
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.engine import Acted
from openlk.flows.models import Run
from openlk.flows.walk import Visitor
from openlk.identity.actions import LoginTaken, create_login
from openlk.identity.models import Link, Login
from openlk.messages.models import Message
from tests.support.people import Person, make_person
from tests.support.running import PASSWORDS, begun, matched
from tests.support.threads import at_once

THREADS = 8


@pytest.fixture
def person(own_database: object, documents: None, cabinet: Cabinet) -> Person:
    """Somebody who may register."""
    return make_person(cabinet)


def _counts(cabinet: Cabinet) -> tuple[int, int]:
    with scope(cabinet):
        return Login.objects.count(), Link.objects.count()


def test_of_eight_at_once_one_gets_the_login(person: Person) -> None:
    def create() -> str:
        with scope(person.cabinet), transaction.atomic():
            return str(create_login("0012345678", "$argon2id$x", person.identifier, "full", (), ()).name)

    results = Counter(type(each) for each in at_once([create] * THREADS))
    assert results == {str: 1, LoginTaken: THREADS - 1}
    assert _counts(person.cabinet) == (1, 1)


def test_looking_first_would_break_for_the_others(person: Person) -> None:
    """A control: asked before it is written, everybody hears that the name is free, and seven break on the table."""
    with scope(person.cabinet):
        free = [not Login.objects.filter(name="0012345678").exists() for _ in range(THREADS)]
    assert free == [True] * THREADS

    def write() -> None:
        with scope(person.cabinet):
            Login.objects.create(
                name="0012345678",
                password="x",
                created_at=person.identifier.imported_at,
                password_changed_at=person.identifier.imported_at,
            )

    results = Counter(type(each) for each in at_once([write] * THREADS))
    assert results == {type(None): 1, IntegrityError: THREADS - 1}


def test_eight_runs_of_one_member_end_in_one_login(person: Person) -> None:
    walkers = [matched(person, Visitor(f"browser {number}", f"198.51.100.{number}")) for number in range(THREADS)]
    results = at_once([walker.second for walker in walkers])
    assert all(isinstance(each, Acted) for each in results), results
    assert _counts(person.cabinet) == (1, 1)
    with scope(person.cabinet):
        states = Counter(Run.objects.values_list("state", flat=True))
        letters = Message.objects.count()
    assert states["done"] == 1
    assert states["done"] + states["refused"] + states["superseded"] == THREADS
    assert letters == 1


def test_one_form_sent_eight_times_at_once_counts_once(person: Person) -> None:
    walker = matched(person)
    version = walker.row().version
    results = at_once([lambda: walker.send(version, PASSWORDS)] * THREADS)
    acted = [each for each in results if isinstance(each, Acted)]
    moved = [each for each in acted if not each.stale]
    assert len(moved) == 1, results
    assert _counts(person.cabinet) == (1, 1)
    assert walker.row().version == version + 1


def test_eight_wrong_tries_at_once_are_all_counted(person: Person) -> None:
    """Three cost nothing and the fourth begins the waiting: nobody gets a fifth by pressing quickly."""
    walkers = [begun(person.cabinet, Visitor(f"browser {number}", "198.51.100.1")) for number in range(THREADS)]
    results = at_once([partial(walker.first, "Ли Ян Су", person.union_card) for walker in walkers])
    acted = [each for each in results if isinstance(each, Acted)]
    assert len(acted) == THREADS, results
    assert sum(each.refusal is not None for each in acted) == 4
    assert sum(each.wait_seconds > 0 for each in acted) == THREADS - 4
