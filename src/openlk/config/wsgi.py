"""The WSGI application: static files, the cabinet's address, Django."""

import gc
import os
from wsgiref.headers import Headers

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openlk.config.settings")
_django = get_wsgi_application()

# Django is set up by the call above.
from django.conf import settings  # noqa: E402 -- needs Django set up
from whitenoise import WhiteNoise  # noqa: E402 -- needs Django set up

from openlk.cabinets.addressing import CabinetAddress  # noqa: E402 -- needs Django set up

_HASHED = r"^.+\.[0-9a-f]{12}\..+$"


def _no_sniffing(headers: Headers, path: str, url: str) -> None:
    del path, url
    headers["X-Content-Type-Options"] = "nosniff"


application = WhiteNoise(
    CabinetAddress(_django),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    immutable_file_test=_HASHED,
    max_age=600,
    allow_all_origins=False,
    add_headers_function=_no_sniffing,
)

# What is loaded by now stays for good: the collector need not look at it again.
gc.collect()
gc.freeze()
