"""Spending attempts, in one statement that the database makes atomic."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.guard.models import Budget
from openlk.guard.rules import DAY, Rule
from openlk.kit import clock

# «Not blocked» is 0, not the present moment: two tries at once may have read their clocks in either order.
_SPEND = """
INSERT INTO guard_budget AS b (cabinet, subject, tries, first_ms, blocked_until_ms)
VALUES (%(cabinet)s, %(subject)s, 1, %(now)s, {first})
ON CONFLICT (cabinet, subject) DO UPDATE SET
    tries = CASE WHEN {fresh} THEN 1 ELSE b.tries + 1 END,
    first_ms = CASE WHEN {fresh} THEN %(now)s ELSE b.first_ms END,
    blocked_until_ms = CASE WHEN {fresh} THEN {first} ELSE {next} END
WHERE b.blocked_until_ms <= %(now)s
RETURNING tries
"""
_FORGIVE = "DELETE FROM guard_budget WHERE cabinet = %s AND subject = %s"
_REFUND = "UPDATE guard_budget SET tries = tries - 1 WHERE cabinet = %s AND subject = %s AND tries > 0"
_SWEEP_BATCH = 2000


def _until(delay_seconds: int) -> str:
    return f"%(now)s + {delay_seconds * 1000}" if delay_seconds else "0"


def _next_sql(rule: Rule) -> str:
    """Until when to wait after the try that is being counted (`b.tries` is the count before it)."""
    runs: list[str] = []
    delays = rule.delays_seconds
    for count, delay in enumerate(delays[1:], start=1):
        if count + 1 == len(delays) or delay != delays[count + 1]:
            runs.append(f"WHEN b.tries <= {count} THEN {_until(delay)}")
    return f"CASE {' '.join(runs)} ELSE {_until(delays[-1])} END" if runs else _until(delays[-1])


@lru_cache(maxsize=64)
def _spend_sql(rule: Rule) -> str:
    fresh = f"b.first_ms <= %(now)s - {rule.window_seconds * 1000}"
    return _SPEND.format(fresh=fresh, first=_until(rule.delays_seconds[0]), next=_next_sql(rule))


def _now_ms() -> int:
    return int(clock.wall().timestamp() * 1000)


def seconds_to_wait(subject: str) -> int:
    """How long a subject has still to wait; 0 when it may try. Counts nothing."""
    found = Budget.objects.filter(subject=subject).values_list("blocked_until_ms", flat=True).first()
    return max(0, -(-((found or 0) - _now_ms()) // 1000))


def _spend_one(subject: str, rule: Rule, now_ms: int) -> int:
    values: dict[str, str | int] = {"cabinet": scoped_slug(), "subject": subject, "now": now_ms}
    with connection.cursor() as cursor:
        cursor.execute(_spend_sql(rule), values)
        if cursor.fetchone():
            return 0
    return max(1, seconds_to_wait(subject))


def spend(subjects: Sequence[tuple[str, Rule]]) -> int:
    """Count one try of every subject before anything is compared; return the seconds to wait, 0 to go on.

    Subjects are strings like «login:17», never foreign keys upward. Subjects are counted in the order given until one
    must wait. Parallel tries are counted one after another by the database.
    """
    now_ms = _now_ms()
    for subject, rule in subjects:
        wait_seconds = _spend_one(subject, rule, now_ms)
        if wait_seconds:
            return wait_seconds
    return 0


def refund(subject: str) -> None:
    """Give back one try of a subject that was right."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUND, [scoped_slug(), subject])


def forgive(subjects: Sequence[str]) -> None:
    """Forget the tries of these subjects: the right answer was given.

    One by one, in the order they were spent in: two logins at once must take their rows in the same order.
    """
    with connection.cursor() as cursor:
        for subject in subjects:
            cursor.execute(_FORGIVE, [scoped_slug(), subject])


def sweep() -> int:
    """Delete budgets whose longest window has passed; returns how many."""
    old_ms = int((clock.wall() - timedelta(seconds=2 * DAY)).timestamp() * 1000)
    old = Budget.objects.filter(first_ms__lt=old_ms).values_list("pk", flat=True)[:_SWEEP_BATCH]
    deleted, _ = Budget.objects.filter(pk__in=list(old)).delete()
    return deleted
