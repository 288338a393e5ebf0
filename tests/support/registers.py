"""Files for imports, and everything that a register holds, for comparing."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.register.imports import RegisterImporter, importer

HEADER = "ФИО;Номер профсоюзного билета;Телефон;Электронная почта;Регион"
NAMES = ("Ли Ян", "Ким Юн", "Ковалёва Анна Петровна", "О'Нил Шон")
TABLES = {
    "register_holder": "id, register, key, full_name, name_key, created_by",
    "register_identifier": (
        "id, register, holder_id, value, printed, facts, row_digest, created_by, imported_at, ended_at"
    ),
    "register_contact": "id, identifier_id, kind, value",
    "register_change": "id, import_id, identifier_id, holder_id, before",
}


def members(cabinet: Cabinet) -> RegisterImporter:
    """An importer of the register of members."""
    found = importer(cabinet, "members")
    assert found is not None
    return found


def row(number: int, *, name: str | None = None, phone: str = "", region: str = "Москва") -> str:
    """The line of a member with this number."""
    said = name or NAMES[number % len(NAMES)]
    email = f"m{number}@example.org" if number % 3 else ""
    return f"{said};{number:08};{phone or f'+7912{number:07}'};{email};{region}"


def written(file: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    """A CSV file of these lines."""
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def dump(cabinet: Cabinet, *tables: str) -> dict[str, list[Sequence[Any]]]:
    """Every row of these tables (all of the register's, unless named), every column, in the order of the ids."""
    with scope(cabinet), connection.cursor() as cursor:
        found: dict[str, list[Sequence[Any]]] = {}
        for table in tables or TABLES:
            chosen = f"SELECT {TABLES[table]} FROM {table} WHERE cabinet = %s ORDER BY id"  # noqa: S608 -- names of ours
            cursor.execute(chosen, [cabinet.slug])
            found[table] = [tuple(map(_plain, each)) for each in cursor.fetchall()]
        return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def said(cabinet: Cabinet) -> list[Sequence[Any]]:
    """What the register says, without ids and times: equal for two registers that went different ways."""
    with scope(cabinet), connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.register, i.value, i.printed, i.facts, i.row_digest, i.ended_at IS NULL, h.key, h.full_name,"
            " h.name_key, p.value, e.value FROM register_identifier i JOIN register_holder h ON h.id = i.holder_id"
            " LEFT JOIN register_contact p ON p.identifier_id = i.id AND p.kind = 'phone'"
            " LEFT JOIN register_contact e ON e.identifier_id = i.id AND e.kind = 'email'"
            " WHERE i.cabinet = %s ORDER BY i.value",
            [cabinet.slug],
        )
        return [tuple(map(_plain, each)) for each in cursor.fetchall()]


def numbers(first: int, count: int) -> Iterator[str]:
    """The lines of so many members."""
    return (row(number) for number in range(first, first + count))
