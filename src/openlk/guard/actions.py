"""Spending attempts, in one statement that the database makes atomic."""

import secrets
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.guard.models import Budget
from openlk.guard.rules import Rule
from openlk.kit import clock

_MARKER_BITS = 62
_SPEND = """
INSERT INTO guard_budget AS b (cabinet, subject, tries, first_ms, blocked_until_ms, marker)
VALUES (%(cabinet)s, %(subject)s, 1, %(now)s, {first_until}, %(marker)s)
ON CONFLICT (cabinet, subject) DO UPDATE SET
    tries = CASE WHEN {fresh} THEN 1 ELSE b.tries + 1 END,
    first_ms = CASE WHEN {fresh} THEN %(now)s ELSE b.first_ms END,
    blocked_until_ms = CASE WHEN {fresh} THEN {first_until} ELSE {until} END,
    marker = %(marker)s
WHERE b.blocked_until_ms <= %(now)s
RETURNING marker
"""
_FORGIVE = "DELETE FROM guard_budget WHERE cabinet = %s AND subject IN ({})"


def _until(delay_seconds: int) -> str:
    """When the next try may come. Nobody waits for no delay: not even one whose clock was read a moment earlier."""
    return f"%(now)s + {delay_seconds * 1000}" if delay_seconds else "0"


def _until_sql(rule: Rule) -> str:
    """The same after the try that is being counted (`b.tries` is the count before it)."""
    runs: list[str] = []
    delays = rule.delays_seconds
    for count, delay in enumerate(delays[1:], start=1):
        if count + 1 == len(delays) or delay != delays[count + 1]:
            runs.append(f"WHEN b.tries <= {count} THEN {_until(delay)}")
    return f"CASE {' '.join(runs)} ELSE {_until(delays[-1])} END" if runs else _until(delays[-1])


@lru_cache(maxsize=64)
def _spend_sql(rule: Rule) -> str:
    fresh = f"b.first_ms <= %(now)s - {rule.window_seconds * 1000}"
    return _SPEND.format(fresh=fresh, first_until=_until(rule.delays_seconds[0]), until=_until_sql(rule))


def _spend_one(subject: str, rule: Rule, now_ms: int) -> int:
    values: dict[str, str | int] = {
        "cabinet": scoped_slug(),
        "subject": subject,
        "now": now_ms,
        "marker": secrets.randbits(_MARKER_BITS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_spend_sql(rule), values)
        if cursor.fetchone():
            return 0
    # The budget may have been forgiven in this very moment: then there is next to nothing to wait for.
    found = Budget.objects.filter(subject=subject).values_list("blocked_until_ms", flat=True).first()
    return max(1, -(-((found or now_ms) - now_ms) // 1000))


def spend(subjects: Sequence[tuple[str, Rule]]) -> int:
    """Count one try of every subject before anything is compared; return the seconds to wait, 0 to go on.

    Subjects are strings like «login:17», never foreign keys upward. Subjects are counted in the order given until one
    must wait. Parallel tries are counted one after another by the database.
    """
    now_ms = int(clock.wall().timestamp() * 1000)
    for subject, rule in subjects:
        wait_seconds = _spend_one(subject, rule, now_ms)
        if wait_seconds:
            return wait_seconds
    return 0


def forgive(subjects: Sequence[str]) -> None:
    """Forget the tries of these subjects: the right answer was given."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(_FORGIVE.format(", ".join(["%s"] * len(subjects))), [scoped_slug(), *subjects])
