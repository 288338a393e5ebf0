"""Many rows at once, in the way that each database takes them fastest.

Names of tables and columns stand in the statements as they are: they come from the code beside, never from a file.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Bulk(ABC):
    """Inserts and updates inside the caller's transaction."""

    @abstractmethod
    def ids(self, table: str, count: int) -> Sequence[int]:
        """Ids for new rows of a table, in growing order."""

    @abstractmethod
    def insert(
        self, table: str, same: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Insert rows: `same` are columns that are equal in all of them, `columns` those that the rows hold."""

    def update(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for every row of values."""
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)

    def delete(self, table: str, column: str, ids: Iterable[int]) -> None:
        """Delete the rows whose column holds one of these ids."""
        known = list(ids)
        if not known:
            return
        postgresql = connection.vendor == "postgresql"
        among = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))"
        statement = f"DELETE FROM {table} WHERE {column} {among}"  # noqa: S608 -- names of ours
        with connection.cursor() as cursor:
            cursor.execute(statement, [known if postgresql else json.dumps(known)])


class SqliteBulk(Bulk):
    """executemany, with ids behind the last one; nobody else writes meanwhile."""

    def ids(self, table: str, count: int) -> Sequence[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            last: int = cursor.fetchone()[0]
        return range(last + 1, last + 1 + count)

    def insert(
        self, table: str, same: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        if not rows:
            return
        names = ", ".join((*same, *columns))
        places = ", ".join("?" * (len(same) + len(columns)))
        head = tuple(map(_adapted, same.values()))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 -- names of ours
        # Straight to the driver: Django would turn every statement's %s, and copy every row.
        connection.ensure_connection()
        with connection.wrap_database_errors:
            connection.connection.cursor().executemany(statement, (head + tuple(row) for row in rows))


def _adapted(value: object) -> object:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _copied(value: object) -> str:
    """A value in COPY's text format."""
    if isinstance(value, str):
        return value.translate(_ESCAPED) if "\\" in value or not value.isprintable() else value
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    return str(value)


class PostgresBulk(Bulk):
    """COPY into a temporary table and INSERT … SELECT from there: COPY into a table with row policies is refused."""

    def ids(self, table: str, count: int) -> Sequence[int]:
        with connection.cursor() as cursor:
            # The sequence is looked for once (it would be for every number), and one answer holds all numbers.
            cursor.execute(
                "WITH found AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)"
                " SELECT string_agg(nextval(found.sequence)::text, ',') FROM found, generate_series(1, %s)",
                [table, count],
            )
            answer = cursor.fetchone()[0]
        return [int(number) for number in answer.split(",")] if answer else []

    def insert(
        self, table: str, same: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        if not rows:
            return
        names, temporary = ", ".join(columns), f"import_{table}_{len(columns)}"
        places = "".join("%s, " for _ in same)
        make = f"CREATE TEMPORARY TABLE IF NOT EXISTS {temporary} ON COMMIT DELETE ROWS AS"
        read = f"SELECT {places}{names} FROM {temporary}"  # noqa: S608 -- names of ours
        like = f"SELECT {names} FROM {table} WITH NO DATA"  # noqa: S608 -- names of ours
        into = f"INSERT INTO {table} ({', '.join((*same, *columns))})"
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.execute(f"{make} {like}")
            with cursor.copy(f"COPY {temporary} ({names}) FROM STDIN") as copy:
                copy.write("".join(["\t".join(map(_copied, row)) + "\n" for row in rows]))
            cursor.execute(f"{into} {read}", [*same.values()])
            # A second range in one transaction must not find the rows of the first.
            cursor.execute(f"DELETE FROM {temporary}")  # noqa: S608 -- names of ours


def bulk() -> Bulk:
    """The way of the connected database."""
    return PostgresBulk() if connection.vendor == "postgresql" else SqliteBulk()
