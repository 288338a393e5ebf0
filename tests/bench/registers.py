"""Registers of any size, written past the import: rows as it would have made them, in a database of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import psycopg

from openlk.cabinets.loading import Cabinet
from openlk.content.documents import publish
from openlk.kit.kinds import KINDS
from openlk.kit.names import name_key
from tests.bench.registering import Member
from tests.support.people import REGISTER

_FIRST_CARD = 70_000_000_001
_SURNAMES = ("Ковалёва", "Орлова", "Мельник", "Зайцева", "Кузьмина", "Лебедева", "Ткаченко", "Алиева", "Ким", "Белова")
_NAMES = ("Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Светлана", "Татьяна", "Гульнара", "Вера")
_PATRONYMICS = ("Петровна", "Ивановна", "Сергеевна", "Андреевна", "Павловна", "Рустамовна", "Олеговна", "Львовна")

# The order of the tables is the order of their keys. Numbers stand in for what is written on a card or typed in a form.
_FILL = (
    """
    INSERT INTO register_holder (id, cabinet, register, key, full_name, name_key)
    SELECT n, %(cabinet)s, %(register)s, (%(first)s + n)::text, names.full_name, names.name_key
    FROM generate_series(1::bigint, %(count)s) AS n JOIN names ON names.number = n %% %(names)s
    ORDER BY n
    """,
    """
    INSERT INTO register_identifier (id, cabinet, register, holder_id, value, printed, facts, row_digest, imported_at)
    SELECT n, %(cabinet)s, %(register)s, n, (%(first)s + n)::text, (%(first)s + n)::text,
           jsonb_build_object('region', (%(regions)s::text[])[1 + n %% cardinality(%(regions)s::text[])]),
           decode(md5(n::text), 'hex'), now()
    FROM generate_series(1::bigint, %(count)s) AS n
    """,
    """
    INSERT INTO register_contact (cabinet, identifier_id, kind, value)
    SELECT %(cabinet)s, n, contact.kind, contact.value
    FROM generate_series(1::bigint, %(count)s) AS n, LATERAL (VALUES
        ('phone', '+7' || (9000000000 + n)::text), ('email', 'member' || n || '@example.org')
    ) AS contact (kind, value)
    """,
)
_TABLES = ("register_holder", "register_identifier", "register_contact")
_MEMBERS = """
    SELECT h.full_name, i.printed FROM register_identifier i JOIN register_holder h ON h.id = i.holder_id
    WHERE i.id = ANY(%s) ORDER BY array_position(%s, i.id)
"""
# Depth of an index: the word «level» of its first page, of which the page's own head takes 24 bytes (nbtree.h).
_READ = """
    SELECT s.indexrelname, s.idx_scan, io.idx_blks_read + io.idx_blks_hit,
           pg_read_binary_file(pg_relation_filepath(s.indexrelid), 36, 1)
    FROM pg_stat_user_indexes s JOIN pg_statio_user_indexes io USING (indexrelid)
    WHERE s.relname = ANY(%s)
"""
_WHOLE = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = ANY(%s)"


@dataclass(frozen=True)
class Read:
    """What was read of one index since the database began: descents, its pages, and how many pages one must take."""

    descents: int
    pages: int
    depth: int


def _names() -> list[tuple[int, str, str]]:
    people = (" ".join(words) for words in product(_SURNAMES, _NAMES, _PATRONYMICS))
    return [(number, full_name, name_key(full_name)) for number, full_name in enumerate(people)]


class Register:
    """The register of one database, seen as the server's superuser: neither rights nor row-level security stand in."""

    def __init__(self, superuser_url: str) -> None:
        self._url = superuser_url

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._url, autocommit=True)

    def fill(self, cabinet: Cabinet, count: int) -> None:
        """Publish the documents and write `count` members with phone and e-mail, none with a login."""
        publish(cabinet)
        names, regions = _names(), list(cabinet.profile.regions)
        kind = KINDS["identifier"]
        assert kind.match_key(kind.parse(str(_FIRST_CARD), "")) == str(_FIRST_CARD)
        given = {
            "cabinet": cabinet.slug,
            "register": REGISTER,
            "first": _FIRST_CARD - 1,
            "regions": regions,
            "count": count,
            "names": len(names),
        }
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE names (number bigint, full_name text, name_key text)")
            cursor.executemany("INSERT INTO names VALUES (%s, %s, %s)", names)
            cursor.execute("ANALYZE names")
            # The rows refer to each other by construction: nobody need look each of them up.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            # Indexes made at the end: row by row they take twice as long. Rebuilding sets the mark again.
            cursor.execute("UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::regclass[])", [[*_TABLES]])
            for statement in _FILL:
                cursor.execute(statement, given)
            for table in _TABLES:
                cursor.execute(f"REINDEX TABLE {table}")
                cursor.execute(f"ALTER TABLE {table} ALTER id RESTART WITH {2 * count + 1}")
            cursor.execute("VACUUM (ANALYZE, FREEZE)")
            # What was written so far is on the disk now, and nobody's cost later.
            cursor.execute("CHECKPOINT")

    def members(self, count: int, wanted: int) -> Iterator[Member]:
        """So many of the `count` members, far from each other, in an order that jumps."""
        step = count // wanted
        numbers = [1 + place * step for place in range(wanted)]
        jumping = numbers[::2] + numbers[1::2][::-1]
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute(_MEMBERS, [jumping, jumping])
            return iter([Member(str(full_name), str(card)) for full_name, card in cursor.fetchall()])

    def read(self) -> tuple[dict[str, Read], int]:
        """By index what was read of it, and how often one of the tables was read from end to end."""
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute(_READ, [list(_TABLES)])
            rows = cursor.fetchall()
            cursor.execute(_WHOLE, [list(_TABLES)])
            (whole,) = cursor.fetchone() or (0,)
        found = {
            str(name): Read(int(str(scans)), int(str(pages)), 1 + level[0])
            for name, scans, pages, level in rows
            if isinstance(level, bytes)
        }
        return found, int(str(whole or 0))
