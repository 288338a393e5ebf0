"""The ground that race tests stand on."""

import pytest
from django.db import DatabaseError, connection, connections

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.cabinets.walls import wall_problems
from openlk.register.models import Holder
from tests.support.databases import OwnDatabase
from tests.support.people import make_person
from tests.support.threads import at_once


def _holders(cabinet: Cabinet) -> int:
    with scope(cabinet):
        return Holder.objects.count()


def test_every_thread_works_in_the_database_of_the_test(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    assert _holders(cabinet) == 0
    made = at_once([lambda: make_person(cabinet).union_card for _ in range(4)])
    assert all(isinstance(each, str) for each in made), made
    assert _holders(cabinet) == 4


def test_what_another_test_committed_is_gone(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    assert _holders(cabinet) == 0


def test_the_unit_tests_see_nothing_of_it(db: None, cabinet: Cabinet) -> None:
    assert _holders(cabinet) == 0


def test_an_error_in_a_thread_is_its_result(own_database: OwnDatabase) -> None:
    def fail() -> None:
        raise LookupError("on purpose")

    (result,) = at_once([fail])
    assert isinstance(result, LookupError)


def test_the_application_is_held_by_the_walls(own_database: OwnDatabase) -> None:
    assert wall_problems() == []


def test_a_fallen_wall_is_noticed(own_database: OwnDatabase) -> None:
    """A control of the test above; on SQLite there are no such walls, and nothing to notice."""
    if connection.vendor == "postgresql":
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE register_holder NO FORCE ROW LEVEL SECURITY")
        connections["owner"].close()
    assert any("register_holder" in problem for problem in wall_problems()) == (connection.vendor == "postgresql")


def test_the_application_may_not_change_tables(own_database: OwnDatabase, cabinet: Cabinet) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="must be owner"):
            cursor.execute("DROP TABLE register_holder CASCADE")
    assert _holders(cabinet) == 0
