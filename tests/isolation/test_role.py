"""The application's role: it owns nothing, sees through nothing, and cannot rewrite what must stay."""

from collections.abc import Callable, Sequence

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from openlk.audit.actions import record
from openlk.audit.models import Event
from openlk.cabinets import walls
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.cabinets.walls import wall_problems
from openlk.content.documents import publish
from openlk.content.models import DocumentVersion

APPEND_ONLY = sorted(
    (model for model in apps.get_models() if getattr(model, "append_only", False)), key=lambda model: model.__name__
)
POSTGRESQL = "postgresql"


def _one(statement: str, values: Sequence[str]) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[object, ...] = cursor.fetchone()
    return row[0] if len(row) == 1 else row


def _denied(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        if "permission denied" not in str(error):
            raise
        return True
    return False


def test_what_must_stay_is_marked() -> None:
    assert {model.__name__ for model in APPEND_ONLY} == {"DocumentVersion", "Event"}


def test_the_role_is_neither_owner_nor_all_seeing(db: None) -> None:
    assert wall_problems() == []
    if connection.vendor == POSTGRESQL:
        rights = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert _one(rights, []) == (False, False, False, False)
        owned = "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        assert _one(owned, []) == 0
    else:
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_owner_would_be_noticed(own_database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: run as the owner, the same check has something to say."""
    monkeypatch.setattr(walls, "connections", {"default": connections["owner"]})
    problems = " ".join(wall_problems())
    connections["owner"].close()
    assert ("владеет таблицами" in problems) == (connection.vendor == POSTGRESQL)


@pytest.mark.parametrize("model", APPEND_ONLY, ids=[model.__name__ for model in APPEND_ONLY])
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_role_may_not_rewrite_what_must_stay(db: None, model: type, right: str) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]  # a model
    if connection.vendor == POSTGRESQL:
        assert _one("SELECT has_table_privilege(%s, %s)", [table, right]) is False
        assert _one("SELECT has_table_privilege(%s, 'INSERT, SELECT')", [table]) is True
    else:
        assert model.append_only  # type: ignore[attr-defined]  # the mark is what PostgreSQL's walls are made from


def test_an_event_cannot_be_rewritten_in_practice(db: None, cabinet: Cabinet) -> None:
    with scope(cabinet):
        record("logged in", actor="login:1", subject="login:1")
        changed = _denied(lambda: Event.objects.update(action="nothing"))
        deleted = _denied(lambda: Event.objects.all().delete())
        assert (changed, deleted) == (connection.vendor == POSTGRESQL,) * 2


def test_a_document_cannot_be_rewritten_in_practice(db: None, cabinet: Cabinet) -> None:
    publish(cabinet)
    with scope(cabinet):
        changed = _denied(lambda: DocumentVersion.objects.update(body="иначе"))
        assert changed == (connection.vendor == POSTGRESQL)


def test_other_tables_can_be_rewritten(db: None, cabinet: Cabinet) -> None:
    """A control: it is these tables that are closed, not all of them."""
    if connection.vendor == POSTGRESQL:
        for table in ("identity_session", "messages_message", "guard_budget", "jobs_worker"):
            assert _one("SELECT has_table_privilege(%s, 'UPDATE') AND has_table_privilege(%s, 'DELETE')", [table] * 2)


def test_the_role_cannot_touch_the_history_of_migrations(db: None) -> None:
    if connection.vendor == POSTGRESQL:
        assert _one("SELECT has_table_privilege('django_migrations', 'INSERT, UPDATE, DELETE')", []) is False
    assert _one("SELECT count(*) > 0 FROM django_migrations WHERE app = 'audit'", [])
