"""The second wall between cabinets: row-level security and the rights of the application's role (PostgreSQL)."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from openlk.cabinets.models import CabinetModel

POLICY = "openlk_cabinet"
_RULE = "(cabinet = current_setting('openlk.cabinet', true))"


def cabinet_models() -> list[type[CabinetModel]]:
    """Every concrete model whose rows belong to a cabinet."""
    return [model for model in apps.get_models() if issubclass(model, CabinetModel)]


def _statements(quote: Any, role: str | None) -> Iterator[str]:
    for model in cabinet_models():
        table = quote(model._meta.db_table)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS {POLICY} ON {table}"
        yield f"CREATE POLICY {POLICY} ON {table} USING {_RULE} WITH CHECK {_RULE}"
    if role:
        granted = quote(role)
        yield f"GRANT USAGE ON SCHEMA public TO {granted}"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {granted}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {granted}"
        for kept in cabinet_models():
            if kept.append_only:
                yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(kept._meta.db_table)} FROM {granted}"
        yield f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {granted}"


def raise_walls(using: str, **_: object) -> None:
    """After every migration: policies on all cabinet tables, rights for the application's role."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        # One role for everything (`openlk check` refuses it) must not take its own rights away.
        role = settings.APPLICATION_ROLE if owner != settings.APPLICATION_ROLE else None
        for statement in _statements(connection.ops.quote_name, role):
            cursor.execute(statement)


def _missing_policies(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE p.polname = %s AND c.relrowsecurity AND c.relforcerowsecurity",
            [POLICY],
        )
        guarded = {row[0] for row in cursor.fetchall()}
    return sorted({model._meta.db_table for model in cabinet_models()} - guarded)


def wall_problems() -> list[str]:
    """Why the application's connection would not be held by row-level security; empty when it is, and on SQLite."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return []
    missing = _missing_policies(connection)
    problems = [f"таблица {table} без политики строк: выполните openlk migrate" for table in missing]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            problems.append("роль приложения видит все строки (superuser или BYPASSRLS): заведите обычную роль")
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        if cursor.fetchone()[0]:
            problems.append("роль приложения владеет таблицами: задайте OPENLK_OWNER_DATABASE_URL другой ролью")
    return problems
