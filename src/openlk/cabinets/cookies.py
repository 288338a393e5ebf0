"""Names and paths of a cabinet's cookies, so that cabinets on one host never touch each other's."""

from typing import Literal, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix

from openlk.cabinets.addressing import by_path, cabinet_of

CookieKind = Literal["session", "csrf", "visit", "region", "device"]
_SUFFIX = {"session": "", "csrf": "-csrf", "visit": "-visit", "region": "-region", "device": "-device"}


class Cookie(NamedTuple):
    """Where a cookie of one kind lives for one request."""

    name: str
    path: str
    secure: bool


def cookie_for(request: HttpRequest, kind: CookieKind) -> Cookie:
    """By host `__Host-openlk…` on `/`, by path `openlk-<slug>…` on `/<slug>/`; plain HTTP exists in demo mode only."""
    secure = settings.MODE == "production" or request.is_secure()
    cabinet = cabinet_of(request)
    if cabinet is not None and by_path(request):
        return Cookie(f"openlk-{cabinet.slug}{_SUFFIX[kind]}", get_script_prefix(), secure)
    prefix = "__Host-" if secure else ""
    return Cookie(f"{prefix}openlk{_SUFFIX[kind]}", "/", secure)


def read_cookie(request: HttpRequest, kind: CookieKind) -> str:
    """The cookie's value, or an empty string."""
    return request.COOKIES.get(cookie_for(request, kind).name, "")


def set_cookie(
    request: HttpRequest, response: HttpResponse, kind: CookieKind, value: str, max_age_seconds: int | None
) -> None:
    """Set a cookie of this cabinet: not readable by scripts, not sent from other sites' forms."""
    where = cookie_for(request, kind)
    response.set_cookie(
        where.name,
        value,
        max_age=max_age_seconds,
        path=where.path,
        secure=where.secure,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(request: HttpRequest, response: HttpResponse, kind: CookieKind) -> None:
    """Tell the browser to forget a cookie of this cabinet."""
    set_cookie(request, response, kind, "", 0)
