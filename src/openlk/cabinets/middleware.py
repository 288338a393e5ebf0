"""Makes the addressed cabinet current for the request and opens one scope around every read."""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from openlk.cabinets.addressing import cabinet_of
from openlk.cabinets.cookies import cookie_for
from openlk.cabinets.scoping import entered, scope

GetResponse = Callable[[HttpRequest], HttpResponse]
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


# What no text of ours holds and no database stores: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class TooLarge(BadRequest):
    """The body is larger than any of our forms."""


def _refuse_unstorable(request: HttpRequest) -> None:
    """Refused here, once, for every page; so is a body that is larger than any of our forms."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooLarge("the body is too large")
    lists = [*request.GET.lists(), *request.POST.lists()]
    texts = [request.path_info, *(text for name, values in lists for text in (name, *values))]
    if any(_UNSTORABLE.search(text) for text in texts):
        raise BadRequest("unstorable characters in the request")


class CabinetMiddleware:
    """A GET runs in one scope; a POST gets the current cabinet only, and each action opens its own scope.

    It also gives Django's CSRF cookie the cabinet's own name and path: with the stock name, an open form of one
    cabinet turns into 403 when another cabinet on the same host sets its token.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cabinet = cabinet_of(request)
        if cabinet is None:
            request.urlconf = settings.NEUTRAL_URLCONF
            return self.get_response(request)
        _refuse_unstorable(request)
        self._take_csrf_cookie(request)
        with entered(cabinet):
            if request.method in _SAFE_METHODS:
                with scope(cabinet):
                    response = self.get_response(request)
            else:
                response = self.get_response(request)
        self._give_csrf_cookie(request, response)
        return response

    def _take_csrf_cookie(self, request: HttpRequest) -> None:
        request.COOKIES.pop(settings.CSRF_COOKIE_NAME, None)
        own = request.COOKIES.get(cookie_for(request, "csrf").name)
        if own is not None:
            request.COOKIES[settings.CSRF_COOKIE_NAME] = own

    def _give_csrf_cookie(self, request: HttpRequest, response: HttpResponseBase) -> None:
        stock = response.cookies.pop(settings.CSRF_COOKIE_NAME, None)
        if stock is None:
            return
        where = cookie_for(request, "csrf")
        response.set_cookie(
            where.name,
            stock.value,
            max_age=settings.CSRF_COOKIE_AGE,
            path=where.path,
            secure=where.secure,
            httponly=True,
            samesite="Lax",
        )
