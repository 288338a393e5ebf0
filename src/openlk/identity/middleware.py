"""Finds out who is signed in on this request."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from openlk.cabinets.addressing import cabinet_of
from openlk.cabinets.cookies import read_cookie
from openlk.cabinets.scoping import scope
from openlk.identity.actions import touch_session
from openlk.identity.busy import busy_page
from openlk.identity.passwords import TooBusy
from openlk.identity.people import Person, person_of
from openlk.identity.queries import CurrentLogin, current_login
from openlk.kit import clock

# Last-seen is written at most this often.
TOUCH_EVERY = timedelta(minutes=1)


class CurrentSession:
    """Sets `request.login` (CurrentLogin or None) and `request.person` (lazily read, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        login = self._login(request)
        request.login = login  # type: ignore[attr-defined]  # our own attribute, read through login_of()
        person = SimpleLazyObject(lambda: person_of(login.login_id)) if login else None
        request.person = person  # type: ignore[attr-defined]  # our own attribute, read through person_on()
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """No processor for one more password: a page that says so, wherever the password was typed."""
        return busy_page(request, exception) if isinstance(exception, TooBusy) else None

    def _login(self, request: HttpRequest) -> CurrentLogin | None:
        cabinet = cabinet_of(request)
        token = read_cookie(request, "session") if cabinet else ""
        if cabinet is None or not token:
            return None
        with scope(cabinet):
            login = current_login(token)
            if login and clock.wall() - login.last_seen_at > TOUCH_EVERY:
                touch_session(cabinet, login.session_id, login.created_at)
        return login


def login_of(request: HttpRequest) -> CurrentLogin | None:
    """Who is signed in on this request."""
    login: CurrentLogin | None = getattr(request, "login", None)
    return login


def person_on(request: HttpRequest) -> Person:
    """The person signed in on a member's page."""
    person: Person = request.person  # type: ignore[attr-defined]  # set above
    return person
