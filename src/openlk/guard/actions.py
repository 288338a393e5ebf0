"""Spending attempts, in one statement that the database makes atomic."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.guard.models import Budget, WholeBudget
from openlk.guard.rules import DAY, REST_OF_WINDOW, Rule
from openlk.kit import clock

# «Not blocked» is 0, not the present moment: two tries at once may have read their clocks in either order.
# All subjects are looked at before any is counted; whoever slips in between is caught by the condition of the update.
_SPEND = """
INSERT INTO guard_budget AS b (cabinet, subject, tries, first_ms, blocked_until_ms)
SELECT CAST(%(cabinet)s AS text), wanted.subject, 1, CAST(%(now)s AS bigint), wanted.blocked
FROM ({wanted}) AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM guard_budget w
    WHERE w.cabinet = %(cabinet)s AND w.subject IN ({subjects}) AND w.blocked_until_ms > %(now)s
)
ON CONFLICT (cabinet, subject) DO UPDATE SET {counted}
WHERE b.blocked_until_ms <= %(now)s
RETURNING subject
"""
_SPEND_WHOLE = """
INSERT INTO guard_wholebudget AS b (subject, tries, first_ms, blocked_until_ms)
VALUES (%(subject0)s, 1, %(now)s, {first})
ON CONFLICT (subject) DO UPDATE SET {counted}
WHERE b.blocked_until_ms <= %(now)s
RETURNING subject
"""
_COUNTED = """
    tries = CASE WHEN {fresh} THEN 1 ELSE b.tries + 1 END,
    first_ms = CASE WHEN {fresh} THEN %(now)s ELSE b.first_ms END,
    blocked_until_ms = CASE WHEN {fresh} THEN EXCLUDED.blocked_until_ms ELSE {next} END
"""
_BLOCKED = "SELECT MAX(blocked_until_ms) FROM guard_budget WHERE cabinet = %s AND subject IN ({wanted})"
_FORGIVE = "DELETE FROM guard_budget WHERE cabinet = %s AND subject = %s"
_REFUND = "UPDATE guard_budget SET tries = tries - 1 WHERE cabinet = %s AND subject = %s AND tries > 0"
_SWEEP_BATCH = 2000


def _until(delay_seconds: int, rest: str) -> str:
    if delay_seconds == REST_OF_WINDOW:
        return rest
    return f"%(now)s + {delay_seconds * 1000}" if delay_seconds else "0"


def _first_sql(rule: Rule) -> str:
    """Until when to wait after the first try of a window."""
    delay = 0 if rule.free else rule.delays_seconds[0]
    return f"CAST({_until(delay, f'%(now)s + {rule.window_seconds * 1000}')} AS bigint)"


def _next_sql(rule: Rule) -> str:
    """Until when to wait after the try that is being counted (`b.tries` is the count before it)."""
    rest = f"b.first_ms + {rule.window_seconds * 1000}"
    runs = [f"WHEN b.tries < {rule.free} THEN 0"] if rule.free else []
    for count, delay in enumerate(rule.delays_seconds[:-1], start=rule.free):
        runs.append(f"WHEN b.tries <= {count} THEN {_until(delay, rest)}")
    last = _until(rule.delays_seconds[-1], rest)
    return f"CASE {' '.join(runs)} ELSE {last} END" if runs else last


def _by_subject(values: Sequence[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    whens = " ".join(f"WHEN %(subject{number})s THEN {value}" for number, value in enumerate(values))
    return f"CASE b.subject {whens} END"


def _counted_sql(rules: Sequence[Rule]) -> str:
    fresh = f"b.first_ms <= %(now)s - {_by_subject([str(rule.window_seconds * 1000) for rule in rules])}"
    return _COUNTED.format(fresh=fresh, next=_by_subject([_next_sql(rule) for rule in rules]))


# Rules come from a handful of places, in a handful of orders; cabinets differ in a few numbers.
@lru_cache(maxsize=256)
def _spend_sql(rules: tuple[Rule, ...]) -> str:
    wanted = " UNION ALL ".join(
        f"SELECT CAST(%(subject{number})s AS text) AS subject, {_first_sql(rule)} AS blocked"
        for number, rule in enumerate(rules)
    )
    subjects = ", ".join(f"%(subject{number})s" for number in range(len(rules)))
    return _SPEND.format(wanted=wanted, subjects=subjects, counted=_counted_sql(rules))


@lru_cache(maxsize=64)
def _spend_whole_sql(rule: Rule) -> str:
    return _SPEND_WHOLE.format(first=_first_sql(rule), counted=_counted_sql([rule]))


def now_ms() -> int:
    """The wall's time as budgets keep it: whole milliseconds since 1970."""
    return int(clock.wall().timestamp() * 1000)


def _longest_wait(subjects: Sequence[str]) -> int:
    wanted = ", ".join(["%s"] * len(subjects))
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED.format(wanted=wanted), [scoped_slug(), *subjects])
        (blocked,) = cursor.fetchone()
    return max(0, -(-((blocked or 0) - now_ms()) // 1000))


def seconds_to_wait(subject: str) -> int:
    """How long a subject has still to wait; 0 when it may try. Counts nothing."""
    return _longest_wait([subject])


def spend(subjects: Sequence[tuple[str, Rule]]) -> int:
    """Count one try of every subject before anything is compared; return the seconds to wait, 0 to go on.

    Subjects are strings like «login:17», never foreign keys upward. If one must wait, none is counted. Parallel tries
    are counted one after another by the database, in one statement: name subjects from what many share to what few
    do (address, then person), so that two tries take their rows in the same order.
    """
    rules = dict(subjects)
    if not rules:
        return 0
    values: dict[str, str | int] = {f"subject{number}": name for number, name in enumerate(rules)}
    values |= {"cabinet": scoped_slug(), "now": now_ms()}
    with connection.cursor() as cursor:
        cursor.execute(_spend_sql(tuple(rules.values())), values)
        counted = [row[0] for row in cursor.fetchall()]
    if len(counted) == len(rules):
        return 0
    for name in rules:
        if name in counted:
            refund(name)
    return max(1, _longest_wait(list(rules)))


def spend_whole(subject: str, rule: Rule) -> int:
    """As `spend`, for one subject of the whole installation, whatever cabinet is in scope. It must name nobody."""
    now = now_ms()
    with connection.cursor() as cursor:
        cursor.execute(_spend_whole_sql(rule), {"subject0": subject, "now": now})
        if cursor.fetchone():
            return 0
    blocked = WholeBudget.objects.filter(subject=subject).values_list("blocked_until_ms", flat=True).first() or 0
    return max(1, -(-(blocked - now) // 1000))


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
