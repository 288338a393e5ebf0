"""The environment variables of a test run: nothing of the developer's own installation reaches a test."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.support.databases import UNIT, Databases
from tests.support.postgres import PostgresDatabases
from tests.support.sqlite import SqliteDatabases

# Nothing listens on the discard port: what a test sends by mistake goes nowhere, and at once.
NOWHERE = "127.0.0.1:9"


@cache
def folder() -> Path:
    """The data folder of this run, removed when it ends."""
    made = Path(tempfile.mkdtemp(prefix="openlk-tests-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def databases() -> Databases:
    """The databases of this run, as OPENLK_TEST_DATABASE says: sqlite (unless said otherwise) or postgres."""
    wanted = os.environ.get("OPENLK_TEST_DATABASE") or "sqlite"
    if wanted == "sqlite":
        return SqliteDatabases(folder())
    if wanted == "postgres":
        return PostgresDatabases(os.environ.get("OPENLK_TEST_DATABASE_URL", ""))
    raise ValueError(f"OPENLK_TEST_DATABASE is sqlite or postgres, not {wanted!r}")


def prepare() -> None:
    """Write the variables; must run before Django reads its settings. Nothing is started or connected yet."""
    for name in list(os.environ):
        if name == "PORT" or (name.startswith("OPENLK_") and not name.startswith("OPENLK_TEST_")):
            del os.environ[name]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="openlk.config.settings",
        OPENLK_MODE="demo",
        OPENLK_DATA=str(folder() / "data"),
        OPENLK_DATABASE_URL=databases().url(UNIT),
        OPENLK_OWNER_DATABASE_URL=databases().owner_url(UNIT),
        OPENLK_EMAIL_URL=f"smtp://{NOWHERE}",
        OPENLK_SMS_URL=f"http://tests@{NOWHERE}/sms/send",
        OPENLK_SANDBOX_URL=f"http://{NOWHERE}",
    )
