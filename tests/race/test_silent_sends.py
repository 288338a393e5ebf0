"""Known and unknown people ask for their way back at the same time, from one network and from several."""

from functools import partial

import pytest
from django.db import OperationalError, connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows import sending
from openlk.flows.engine import Acted, start
from openlk.flows.opening import blank_walk
from openlk.flows.sending import Post
from openlk.flows.versions import current_flow
from openlk.flows.walk import Visitor, Walk
from openlk.identity.models import LoginContact
from tests.support.people import make_person
from tests.support.threads import at_once

ROUNDS = 3


def _ask(cabinet: Cabinet, union_card: str, address: str) -> Acted:
    visitor = Visitor(f"browser {union_card} {address}", address)
    step = current_flow(cabinet, "recovery").steps[0]
    return start(cabinet, "recovery", step.prepare(blank_walk(cabinet, visitor), {"union_card": union_card}), visitor)


def _together(cabinet: Cabinet, cards: list[str]) -> list[Acted | Exception]:
    """Everybody asks at once: every third from an address shared with others, the rest from their own."""
    own = [f"198.51.100.{number}" if number % 3 else "192.0.2.1" for number in range(len(cards))]
    return at_once([partial(_ask, cabinet, card, address) for card, address in zip(cards, own, strict=True)])


@pytest.fixture
def cards(own_database: object, documents: None, cabinet: Cabinet) -> list[str]:
    """People reached in one place, people reached in two, and numbers of nobody."""
    people = [make_person(cabinet, email=f"m{number}@example.org", with_login=True) for number in range(12)]
    with scope(cabinet):
        for person in people[8:]:
            contact = LoginContact.objects.filter(login=person.login, kind="email")
            contact.update(value=f"own{person.union_card}@example.net", vouched_at=None)
    return [*(each.union_card for each in people), "9999991", "9999992", "9999993"]


def test_nobody_waits_for_each_other(cards: list[str], cabinet: Cabinet) -> None:
    for _ in range(ROUNDS):
        answers = _together(cabinet, cards)
        assert [type(each) for each in answers] == [Acted] * len(answers), answers


def test_in_another_order_they_would(cards: list[str], cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: what is for show counted first. On SQLite writers stand in one line whatever the order."""
    straight = sending._padded

    def turned(walk: Walk, found: list[Post], channel: sending.Channel) -> list[Post]:
        posts = straight(walk, found, channel)
        return posts[::-1] if int(walk.visitor.address[-1]) % 2 else posts

    monkeypatch.setattr(sending, "_padded", turned)
    answers = [answer for _ in range(ROUNDS) for answer in _together(cabinet, cards)]
    deadlocks = [each for each in answers if isinstance(each, OperationalError)]
    assert bool(deadlocks) == (connection.vendor == "postgresql")
