"""What the figures were measured on."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from openlk.kit import clock

_PACKAGES = ("Django", "granian", "psycopg", "PyNaCl", "argon2-cffi", "django-allauth", "gunicorn")


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        shown: str = cursor.fetchone()[0]
    return shown


def date() -> str:
    """Now, to the minute, in UTC."""
    return f"{clock.wall():%Y-%m-%d %H:%M} UTC"


def load() -> str:
    """How busy the machine is: processes that run or wait, on average of a minute."""
    return f"{os.getloadavg()[0]:.1f}"


def machine() -> dict[str, str]:
    """Processor, kernel, versions."""
    return {
        "ядра": f"{len(os.sched_getaffinity(0))} из {os.cpu_count()}, {_processor()}",
        "ядро системы": platform.release(),
        "Python": platform.python_version(),
        "PostgreSQL": f"{_postgresql()}, без fsync и full_page_writes",
        **{package: version(package) for package in _PACKAGES},
    }
