"""The audit trail: written with the fact, or not at all."""

import pytest
from django.db import transaction

from openlk.audit.actions import record
from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import NoScope, scope
from tests.support.stage import Wall


def test_an_event_says_who_what_and_when(db: None, cabinet: Cabinet, wall: Wall) -> None:
    with scope(cabinet):
        record("logged in", actor="login:17", subject="login:17", level="full", tries=2)
        event = Event.objects.get()
    assert (event.actor, event.action, event.subject) == ("login:17", "logged in", "login:17")
    assert (event.at, event.details) == (wall.at, {"level": "full", "tries": 2})


def test_an_event_of_what_was_undone_is_not_kept(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        record("logged in", actor="login:17", subject="login:17")
        transaction.set_rollback(True)
    with scope(cabinet):
        assert not Event.objects.exists()


def test_nobody_records_outside_a_cabinet(db: None) -> None:
    with pytest.raises(NoScope):
        record("logged in", actor="login:17", subject="login:17")
