"""What goes wrong in a whole cabinet and in the whole installation: counted to become stricter, never to refuse."""

from typing import Literal

from django.db import connection

from openlk.cabinets.scoping import current, scoped_slug
from openlk.guard.actions import now_ms
from openlk.guard.definition import limits_of
from openlk.guard.rules import HOUR, Ceiling

Misses = Literal["codes", "passwords"]

_OF_CABINET = """
INSERT INTO guard_budget AS b (cabinet, subject, tries, first_ms, blocked_until_ms)
VALUES (%(cabinet)s, %(subject)s, 1, %(now)s, 0)
ON CONFLICT (cabinet, subject) DO UPDATE SET
    tries = CASE WHEN b.first_ms <= %(since)s THEN 1 ELSE b.tries + 1 END,
    first_ms = CASE WHEN b.first_ms <= %(since)s THEN %(now)s ELSE b.first_ms END
"""
_OF_ALL = """
INSERT INTO guard_wholebudget AS b (subject, tries, first_ms, blocked_until_ms)
VALUES (%(subject)s, 1, %(now)s, 0)
ON CONFLICT (subject) DO UPDATE SET
    tries = CASE WHEN b.first_ms <= %(since)s THEN 1 ELSE b.tries + 1 END,
    first_ms = CASE WHEN b.first_ms <= %(since)s THEN %(now)s ELSE b.first_ms END
"""
_NOT_OF_CABINET = "UPDATE guard_budget SET tries = tries - 1 WHERE cabinet = %s AND subject = %s AND tries > 0"
_NOT_OF_ALL = "UPDATE guard_wholebudget SET tries = tries - 1 WHERE subject = %s AND tries > 0"
_COUNTED = """
SELECT 'cabinet', tries FROM guard_budget WHERE cabinet = %s AND subject = %s AND first_ms > %s
UNION ALL SELECT 'whole', tries FROM guard_wholebudget WHERE subject = %s AND first_ms > %s
"""

# Of all cabinets together; of one cabinet its own `[limits]` says.
WHOLE: dict[Misses, Ceiling] = {"codes": Ceiling(3_000, HOUR), "passwords": Ceiling(10_000, HOUR)}


def _subject(kind: Misses) -> str:
    return f"wrong {kind}"


def _ceiling(kind: Misses) -> Ceiling:
    limits = limits_of(current())
    return Ceiling(limits.wrong_codes_per_hour if kind == "codes" else limits.wrong_passwords_per_hour, HOUR)


def count_miss(kind: Misses) -> None:
    """Count one miss of the cabinet and of the whole installation, in the caller's transaction.

    Everybody's misses meet in these two rows: count them as the last thing before the transaction ends.
    """
    now = now_ms()
    since = now - HOUR * 1000
    with connection.cursor() as cursor:
        cursor.execute(_OF_CABINET, {"cabinet": scoped_slug(), "subject": _subject(kind), "now": now, "since": since})
        cursor.execute(_OF_ALL, {"subject": _subject(kind), "now": now, "since": since})


def take_miss_back(kind: Misses) -> None:
    """What was counted beforehand was right."""
    with connection.cursor() as cursor:
        cursor.execute(_NOT_OF_CABINET, [scoped_slug(), _subject(kind)])
        cursor.execute(_NOT_OF_ALL, [_subject(kind)])


def too_many_misses(kind: Misses) -> bool:
    """Whether the cabinet or the whole installation has seen more misses in this hour than is usual."""
    since = now_ms() - HOUR * 1000
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [scoped_slug(), _subject(kind), since, _subject(kind), since])
        counted = dict(cursor.fetchall())
    return bool(counted.get("cabinet", 0) >= _ceiling(kind).tries or counted.get("whole", 0) >= WHOLE[kind].tries)
