"""Which request a thread is answering: what every line of the log and the page of a failure name."""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from random import getrandbits

from django.conf import settings
from django.http import HttpRequest

from openlk.cabinets.addressing import cabinet_of
from openlk.cabinets.scoping import NoScope, current

# What a proxy of ours may give; anything else is not worth repeating in a log.
_SANE = re.compile(r"[A-Za-z0-9-]{16,64}")


@dataclass(slots=True)
class Trace:
    """A request on its way, and the name by which support finds it."""

    request: HttpRequest
    request_id: str

    @property
    def cabinet(self) -> str:
        """The addressed cabinet's slug, or an empty string."""
        found = cabinet_of(self.request)
        return found.slug if found else ""

    @property
    def view(self) -> str:
        """The name of the page, never its path, which may hold somebody's token; «none» where there is no such page."""
        match = self.request.resolver_match
        return match.view_name if match else "none"


traced: ContextVar[Trace | None] = ContextVar("openlk_trace", default=None)


def request_id(request: HttpRequest) -> str:
    """The id that our own proxy gave (X-Request-ID), else a new one of 32 hexadecimal digits."""
    given = request.headers.get("X-Request-ID", "") if settings.PROXIES else ""
    return given if _SANE.fullmatch(given) else f"{getrandbits(128):032x}"  # to be found by, no secret


def cabinet_at_work() -> str:
    """The slug of the cabinet that this thread works for, in a request or in the worker; else an empty string."""
    try:
        return current().slug
    except NoScope:
        trace = traced.get()
        return trace.cabinet if trace else ""
