"""The product's settings, with one more page."""

from openlk.config.settings import *  # noqa: F403 -- everything but the addresses is the product's

ROOT_URLCONF = "tests.bench.empty.urls"
