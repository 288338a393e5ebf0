"""The WSGI application: static files, the cabinet's address, Django."""

import gc
import os
from copy import copy
from typing import Any
from wsgiref.headers import Headers

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openlk.config.settings")
_django = get_wsgi_application()

# Django is set up by the call above.
from django.conf import settings  # noqa: E402 -- needs Django set up
from django.contrib.staticfiles.storage import ManifestFilesMixin  # noqa: E402 -- needs Django set up
from whitenoise import WhiteNoise  # noqa: E402 -- needs Django set up

from openlk.cabinets.addressing import CabinetAddress  # noqa: E402 -- needs Django set up
from openlk.config.patience import Patient  # noqa: E402 -- needs Django set up

# Two a worker: with one, a page waits behind a password hash (measured: p99 18–31 ms against 6–11).
WORKING_THREADS = 2
_MANIFEST = f"{settings.STATIC_URL}{ManifestFilesMixin.manifest_name}"
_HASHED = r"^.+\.[0-9a-f]{12}\..+$"


def _no_sniffing(headers: Headers, path: str, url: str) -> None:
    del path, url
    headers["X-Content-Type-Options"] = "nosniff"


class _Static(WhiteNoise):  # type: ignore[misc]  # no types are published
    """Everything that was collected, but the list of it, which is for the program alone."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if not url.startswith(_MANIFEST):
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)


application = _Static(
    CabinetAddress(_django),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    immutable_file_test=_HASHED,
    max_age=600,
    allow_all_origins=False,
    add_headers_function=_no_sniffing,
)
# What the web server calls.
served = copy(application)
served.application = Patient(application.application, WORKING_THREADS)

# What is loaded by now stays for good: the collector need not look at it again.
gc.collect()
gc.freeze()
