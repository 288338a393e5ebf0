"""`insert` writes what the ORM would write, in one statement, and only inside the scope of its cabinet."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.models import insert
from openlk.cabinets.scoping import NoScope, scope

AT = datetime(2026, 12, 14, 9, 30, 15, 123456, tzinfo=UTC)


def _event(subject: str) -> Event:
    return Event(at=AT, actor="operator:3", action="tried", subject=subject, details={"слово": "«да»", "number": 1})


def test_the_rows_are_those_that_the_orm_writes(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet), transaction.atomic():
        insert([_event("a"), _event("b")])
        _event("c").save(force_insert=True)
        rows = list(Event.objects.order_by("pk").values_list("cabinet", "at", "actor", "action", "details", "subject"))
    assert [row[-1] for row in rows] == ["a", "b", "c"]
    assert rows[0][:-1] == rows[1][:-1] == rows[2][:-1]


def test_many_rows_are_one_statement_and_none_is_no_statement(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet), CaptureQueriesContext(connection) as asked:
        insert([_event("a"), _event("b"), _event("c")])
        insert([])
    assert len(asked) == 1


def test_outside_a_scope_there_is_nothing_to_write_to(db: None, cabinet: Cabinet) -> None:
    del cabinet
    with pytest.raises(NoScope):
        insert([_event("a")])
