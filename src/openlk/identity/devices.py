"""A browser in words a person recognises, and the cookie by which the guard knows it again."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from openlk.cabinets.cookies import read_cookie, set_cookie
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.devices import DEVICE_DAYS, remember_device

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_name(request: HttpRequest) -> str:
    """«Chrome, Android» from the User-Agent; «Неизвестное устройство» when it says nothing."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    names = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in names if name) or "Неизвестное устройство"


def keep_device_cookie(request: HttpRequest, response: HttpResponse, known_as: str) -> None:
    """Let the browser be known again for 400 days from now; it stays when the person logs out."""
    set_cookie(request, response, "device", known_as, DEVICE_DAYS * 24 * 60 * 60)


def remember_browser(request: HttpRequest, response: HttpResponse, cabinet: Cabinet, login_id: int) -> None:
    """This browser has proved that it is the login's, by a registration or a recovery: it is known from now on."""
    with scope(cabinet), transaction.atomic(savepoint=False):
        known_as = remember_device(f"login:{login_id}", read_cookie(request, "device"))
    keep_device_cookie(request, response, known_as)
