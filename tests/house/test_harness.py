"""The ground that every other test stands on: databases, cabinets, people, the visitor."""

import pytest
from django.conf import settings
from django.db import connection, connections

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import CrossScope, NoScope, scope
from openlk.cabinets.templates import render
from openlk.cabinets.walls import wall_problems
from openlk.identity.passwords import password_matches
from openlk.register.models import Holder
from tests.support.people import make_person
from tests.support.visitor import Visitor


def test_no_setting_of_the_developer_reaches_a_test() -> None:
    assert "openlk-tests-" in str(settings.DATA)
    assert ":9" in settings.EMAIL_URL
    assert ":9" in settings.SMS_URL


def test_the_code_runs_as_the_applications_role(db: None) -> None:
    assert wall_problems() == []
    assert connections.settings["default"]["NAME"] == connections.settings["owner"]["NAME"]
    if connection.vendor == "postgresql":
        assert settings.DATABASES["default"]["USER"] != settings.DATABASES["owner"]["USER"]


def test_a_person_is_seen_in_their_own_cabinet_only(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    person = make_person(cabinet, with_login=True)
    with scope(cabinet):
        assert Holder.objects.get().pk == person.holder.pk
    with scope(other_cabinet):
        assert not Holder.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM register_holder")
            # Raw SQL steps around the manager; row-level security stands on PostgreSQL.
            assert cursor.fetchone()[0] == (0 if connection.vendor == "postgresql" else 1)
        with pytest.raises(CrossScope), scope(cabinet):
            pass
    with pytest.raises(NoScope):
        Holder.objects.exists()
    assert person.login is not None
    assert password_matches(person.password, person.login.password)


def test_two_people_differ(db: None, cabinet: Cabinet) -> None:
    first, second = make_person(cabinet), make_person(cabinet)
    assert first.union_card != second.union_card
    assert first.holder.pk != second.holder.pk


def test_each_cabinet_has_its_own_override(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    """The leak that a template cache keyed by name alone would make, in both orders."""
    for _ in range(2):
        assert 'data-cabinet="alpha"' in render(cabinet, "look/logo.html", {})
        assert 'data-cabinet="beta"' in render(other_cabinet, "look/logo.html", {})


def test_a_visitor_opens_each_cabinet_at_its_own_address(
    documents: None, visitor: Visitor, cabinet: Cabinet, other_cabinet: Cabinet
) -> None:
    for _ in range(2):
        for each, other in ((cabinet, other_cabinet), (other_cabinet, cabinet)):
            page = visitor.get(f"/{each.slug}/")
            assert page.status_code == 200
            text = page.content.decode()
            assert each.profile.name in text
            assert other.profile.name not in text
            assert f'href="/{each.slug}/register"' in text
