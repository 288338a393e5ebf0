"""No row is seen without a scope, and no scope opens inside another cabinet's."""

from threading import Thread

import pytest
from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import CrossScope, NoScope, current, entered, scope, scoped_slug
from openlk.cabinets.walls import cabinet_models


def test_nobody_sees_a_row_outside_a_scope(db: None) -> None:
    for model in cabinet_models():
        with pytest.raises(NoScope):
            list(model.objects.all())


def test_nobody_makes_a_row_outside_a_scope(db: None) -> None:
    for model in cabinet_models():
        with pytest.raises(NoScope):
            model()


def test_a_cabinet_that_is_only_entered_opens_no_rows(db: None, cabinet: Cabinet) -> None:
    with entered(cabinet):
        assert current() is cabinet
        with pytest.raises(NoScope):
            scoped_slug()


def test_a_scope_names_its_cabinet_and_ends(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet):
        assert (current(), scoped_slug()) == (cabinet, "alpha")
    with pytest.raises(NoScope):
        current()


def test_a_scope_ends_after_an_error_too(db: None, cabinet: Cabinet) -> None:
    with pytest.raises(ZeroDivisionError), scope(cabinet):
        raise ZeroDivisionError
    with pytest.raises(NoScope):
        scoped_slug()


def test_scopes_of_one_cabinet_nest(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet):
        with scope(cabinet):
            assert scoped_slug() == "alpha"
        assert scoped_slug() == "alpha"


def test_a_scope_of_another_cabinet_is_refused_inside(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    with scope(cabinet):
        with pytest.raises(CrossScope, match="«beta» inside the scope of «alpha»"), scope(other_cabinet):
            pass
        assert scoped_slug() == "alpha"


def test_one_cabinet_after_the_other_is_fine(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    """A control of the refusal: it is the nesting that is refused, not the second cabinet."""
    seen = []
    for each in (cabinet, other_cabinet):
        with scope(each):
            seen.append(scoped_slug())
    assert seen == ["alpha", "beta"]


def test_another_thread_starts_without_a_scope(db: None, cabinet: Cabinet) -> None:
    seen: list[bool] = []

    def look() -> None:
        try:
            scoped_slug()
        except NoScope:
            seen.append(True)

    with scope(cabinet):
        thread = Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [True]


def _told() -> str | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('openlk.cabinet', true)")
        told: str | None = cursor.fetchone()[0]
    return told


def test_the_database_is_told_inside_and_forgets_outside(db: None, cabinet: Cabinet) -> None:
    postgres = connection.vendor == "postgresql"
    with scope(cabinet):
        assert _told() == ("alpha" if postgres else None)
    assert not _told()


def test_a_scope_opens_a_transaction_on_postgresql_only(own_database: object, cabinet: Cabinet) -> None:
    with scope(cabinet):
        assert connection.in_atomic_block == (connection.vendor == "postgresql")
    assert not connection.in_atomic_block
    assert not _told()
