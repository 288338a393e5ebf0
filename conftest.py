"""Sets the stage for every test: its own data folder and database, Django ready, the fixtures of tests/support."""

import signal

import django

from tests.support import environment

# A run that is told to stop still ends its servers and removes its folders, as after Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)
environment.prepare()
django.setup()

pytest_plugins = ["tests.support.fixtures", "tests.support.stage"]
