"""Processes that are killed: a worker's child of a test, which dies without closing anything or saying a word."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from openlk.cabinets.loading import Cabinet
from tests.support.databases import OwnDatabase

DIED = -signal.SIGKILL
WITHIN_SECONDS = 120
# What every such process begins with; the rest of its program is the test's.
_BEGINNING = """
import os, random, signal, sys, threading, time
import django
django.setup()
from pathlib import Path
from openlk.cabinets.loading import load
from openlk.cabinets.registry import added
from openlk.kit.stopping import StopSignal

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

cabinet = load(Path(sys.argv[1]))
"""


def start(
    program: str, database: OwnDatabase, cabinet: Cabinet, *arguments: object, settings: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Run a program with the test's own database; `cabinet` and `die()` are there for it."""
    urls = {"OPENLK_DATABASE_URL": database.url, "OPENLK_OWNER_DATABASE_URL": database.owner_url}
    folder: Path = cabinet.folder
    command = [sys.executable, "-c", _BEGINNING + program, str(folder), *(str(each) for each in arguments)]
    return subprocess.Popen(command, env={**os.environ, **urls, **(settings or {})})


def ended(process: "subprocess.Popen[bytes]") -> int:
    """How it ended; it is killed when it does not."""
    try:
        return process.wait(WITHIN_SECONDS)
    finally:
        process.kill()
        process.wait()
