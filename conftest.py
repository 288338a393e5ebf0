"""Sets the stage for every test: its own data folder and database, Django ready, the fixtures of tests/support."""

import django

from tests.support import environment

environment.prepare()
django.setup()

pytest_plugins = ["tests.support.fixtures", "tests.support.stage"]
