"""Rows of another cabinet are out of reach: of the manager on both databases, of any SQL on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.models import CabinetModel
from openlk.cabinets.scoping import scope
from openlk.cabinets.walls import cabinet_models
from openlk.content.actions import NewsText, publish_news
from openlk.files.models import Import
from openlk.flows.models import Run
from openlk.guard.actions import spend
from openlk.guard.challenges import issue_code
from openlk.guard.models import KnownDevice
from openlk.guard.rules import Rule
from openlk.identity.actions import open_session
from openlk.identity.models import Consent, Operator, OperatorRole
from openlk.kit import clock
from openlk.messages.actions import queue
from openlk.messages.models import DeliveryAttempt, Message
from openlk.register.models import Change
from openlk.rewards.actions import PartnerText, publish_partners
from openlk.support.models import Ticket
from tests.support.people import make_person
from tests.support.running import matched

PARTNER = {"slug": "p", "name": "П", "kind": "shop", "category": "К", "icon": "store", "tone": 1, "about": "М"}
OFFER = {"slug": "o", "title": "О", "summary": "К", "terms": "П", "rate_bp": 500, "hold_days": 45}
POSTGRESQL = "postgresql"
# Rows that may stand once for each parent: a copy of them is refused for that.
ONCE = {"identity.link", "register.contact"}
MODELS = {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, CabinetModel)}


def _fill(cabinet: Cabinet) -> None:
    """At least one row of every model."""
    person = make_person(cabinet, with_login=True)
    assert person.login is not None
    matched(make_person(cabinet, full_name="Ли Ян Су"))
    publish_news(cabinet, [NewsText("n", "union", "Н", "К", "П", clock.today("Europe/Moscow"))])
    publish_partners(cabinet, [PartnerText(PARTNER, [OFFER])])
    now = clock.wall()
    operator, _ = Operator.objects.get_or_create(username="operator", defaults={"full_name": "О"})
    with scope(cabinet), transaction.atomic():
        open_session(cabinet, person.login.pk, "Chrome")
        queue("email", "a@example.org", "support_received", {"number": "1"})
        DeliveryAttempt.objects.create(
            message=Message.objects.get(), number=1, at=now, outcome="yes", detail="250", milliseconds=1
        )
        spend([("login:1", Rule((0,), 60))])
        issue_code("login:1", digits=6, life=timedelta(minutes=10))
        KnownDevice.objects.create(subject="login:1", device_digest="0", created_at=now, seen_at=now)
        record("filled", actor="test", subject="test")
        OperatorRole.objects.create(operator=operator, role="viewer")
        Import.objects.create(
            room="register",
            name="members",
            state="done",
            lease_token="t",
            lease_host="h",
            leased_until=now,
            started_at=now,
        )
        Change.objects.create(import_id=1, identifier_id=person.identifier.pk, before={})
        Consent.objects.create(
            login=person.login, document="rules", version="1", text_sha256="0", given_at=now, channel="box", address=""
        )
        Ticket.objects.create(
            number="1",
            token="t",
            name="А",
            contact_kind="email",
            contact="a@example.org",
            topic="other",
            message="М",
            created_at=now,
            answer_due_at=now,
        )


@pytest.fixture
def filled(documents: None, cabinet: Cabinet, other_cabinet: Cabinet) -> tuple[Cabinet, Cabinet]:
    """Both cabinets hold rows of every kind."""
    for each in (cabinet, other_cabinet):
        _fill(each)
    return cabinet, other_cabinet


def _without_the_filter(model: type[models.Model]) -> "models.QuerySet[Any]":
    """The application's own wall taken away."""
    return model._base_manager.all()


def test_there_is_no_model_that_these_tests_forget(filled: tuple[Cabinet, Cabinet]) -> None:
    assert set(MODELS.values()) == set(cabinet_models())
    for each in filled:
        with scope(each):
            empty = [label for label, model in MODELS.items() if not model.objects.exists()]
        assert empty == []


def test_the_manager_shows_the_scoped_cabinets_rows_only(filled: tuple[Cabinet, Cabinet]) -> None:
    for each in filled:
        with scope(each):
            seen = {label: {row.cabinet for row in model.objects.all()} for label, model in MODELS.items()}
        assert seen == {label: {each.slug} for label in MODELS}


def test_with_the_managers_wall_taken_away_the_databases_stands(filled: tuple[Cabinet, Cabinet]) -> None:
    """On SQLite there is one wall only, and this is its control: without it both cabinets' rows are seen."""
    both = {cabinet.slug for cabinet in filled}
    for each in filled:
        with scope(each):
            seen = {
                label: set(_without_the_filter(model).values_list("cabinet", flat=True))
                for label, model in MODELS.items()
            }
        expected = {each.slug} if connection.vendor == POSTGRESQL else both
        assert seen == dict.fromkeys(MODELS, expected)


def test_outside_of_a_scope_the_database_shows_nothing(filled: tuple[Cabinet, Cabinet]) -> None:
    found = {label: _without_the_filter(model).exists() for label, model in MODELS.items()}
    assert found == dict.fromkeys(MODELS, connection.vendor != POSTGRESQL)


def _refused(write: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            write()
    except DatabaseError as error:
        if "row-level security" not in str(error) and "permission denied" not in str(error):
            raise
        return True
    return False


def _foreign_copy(model: type[models.Model], slug: str) -> models.Model:
    """A new row like one of ours, with another cabinet's name and no value that may stand only once."""
    row: models.Model = model._base_manager.all()[0]
    row.pk = Run().pk if isinstance(row, Run) else None
    row._state.adding = True
    for field in row._meta.fields:
        if isinstance(field, models.CharField) and field.name not in {"cabinet", "audience", "state", "waiting_for"}:
            setattr(row, field.attname, f"x{getattr(row, field.attname)}"[: field.max_length])
    vars(row)["cabinet"] = slug
    return row


def test_a_row_of_another_cabinet_cannot_be_written(filled: tuple[Cabinet, Cabinet]) -> None:
    """On SQLite the product writes with the scope's slug, which is a column's default: nobody names another."""
    cabinet, other = filled
    refused = {}
    with scope(cabinet):
        for label, model in MODELS.items():
            assert model._meta.get_field("cabinet").get_default() == cabinet.slug
            row = _foreign_copy(model, other.slug)
            refused[label] = _refused(partial(row.save, force_insert=True))
    assert refused == dict.fromkeys(MODELS, connection.vendor == POSTGRESQL)


def test_a_row_of_the_own_cabinet_can_be_written(filled: tuple[Cabinet, Cabinet]) -> None:
    """A control: the very same row is taken when it names the scoped cabinet."""
    cabinet, _ = filled
    with scope(cabinet):
        taken = {
            label: not _refused(partial(_foreign_copy(model, cabinet.slug).save, force_insert=True))
            for label, model in MODELS.items()
            if label not in ONCE
        }
    assert set(taken.values()) == {True}


def test_a_row_cannot_be_moved_to_another_cabinet(filled: tuple[Cabinet, Cabinet]) -> None:
    cabinet, other = filled
    with scope(cabinet):
        if connection.vendor == POSTGRESQL:
            moved = {
                label: not _refused(partial(_without_the_filter(model).update, cabinet=other.slug))
                for label, model in MODELS.items()
            }
        else:
            moved = {label: model.objects.filter(cabinet=other.slug).exists() for label, model in MODELS.items()}
    assert moved == dict.fromkeys(MODELS, False)


def test_rows_of_another_cabinet_cannot_be_changed_or_deleted(filled: tuple[Cabinet, Cabinet]) -> None:
    cabinet, other = filled
    with scope(other):
        before = {label: model.objects.count() for label, model in MODELS.items()}
    with scope(cabinet):
        for model in MODELS.values():
            rows = _without_the_filter(model) if connection.vendor == POSTGRESQL else model.objects.all()
            foreign = rows.filter(cabinet=other.slug)
            assert foreign.count() == 0
            if not model.append_only:
                assert foreign.update(cabinet=cabinet.slug) == 0
                assert foreign._raw_delete(foreign.db) == 0
    with scope(other):
        assert {label: model.objects.count() for label, model in MODELS.items()} == before
