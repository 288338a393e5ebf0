"""Browsers that proved once who sits at them: their tries are their own, and no stranger's misses slow them down."""

import re
from datetime import timedelta

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.guard.models import KnownDevice
from openlk.kit import clock
from openlk.kit.sealed import digest, new_token

# Of one login; the one not seen for longest is forgotten first.
MOST_DEVICES = 20
DEVICE_DAYS = 400
_SWEEP_BATCH = 2000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

# Asked and written at every login, as statements that the database prepares once.
_KNOWN = "SELECT 1 FROM guard_knowndevice WHERE cabinet = %s AND subject = %s AND device_digest = %s"
_REMEMBER = """
INSERT INTO guard_knowndevice (cabinet, subject, device_digest, created_at, seen_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (cabinet, subject, device_digest) DO UPDATE SET seen_at = EXCLUDED.seen_at
RETURNING created_at = seen_at
"""
_KEEP_LAST = f"""
DELETE FROM guard_knowndevice WHERE cabinet = %s AND subject = %s AND id NOT IN (
    SELECT id FROM guard_knowndevice WHERE cabinet = %s AND subject = %s ORDER BY seen_at DESC, id DESC
    LIMIT {MOST_DEVICES}
)
"""  # noqa: S608 -- a number of this file


def is_known(subject: str, device: str) -> bool:
    """Whether the browser with this cookie has proved before that it is the subject's, e.g. of «login:17»."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [scoped_slug(), subject, digest(device)])
        return cursor.fetchone() is not None


def remember_device(subject: str, device: str) -> str:
    """Note in the caller's transaction that this browser is the subject's; return the cookie it keeps from now on.

    `device` is its cookie so far («» for none): a browser of several people keeps one cookie for all of them.
    """
    token = device if _TOKEN.fullmatch(device) else new_token()
    slug, now = scoped_slug(), connection.ops.adapt_datetimefield_value(clock.wall())
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [slug, subject, digest(token), now, now])
        is_new = bool(cursor.fetchone()[0])
        if is_new:
            cursor.execute(_KEEP_LAST, [slug, subject, slug, subject])
    return token


def sweep_devices() -> int:
    """Delete browsers not seen for as long as their cookie lives; returns how many."""
    old = clock.wall() - timedelta(days=DEVICE_DAYS)
    found = KnownDevice.objects.filter(seen_at__lt=old).values_list("pk", flat=True)[:_SWEEP_BATCH]
    deleted, _ = KnownDevice.objects.filter(pk__in=list(found)).delete()
    return deleted


def forget_devices(subject: str) -> None:
    """No browser is known to be the subject's any more."""
    KnownDevice.objects.filter(subject=subject).delete()
