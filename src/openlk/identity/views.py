"""Logging in and out."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from openlk.cabinets.cookies import drop_cookie, read_cookie, set_cookie
from openlk.cabinets.scoping import current
from openlk.guard.addresses import client_address
from openlk.identity.actions import SESSION_LIMIT, log_in, log_out
from openlk.identity.busy import RETRY_SECONDS
from openlk.identity.definition import login_definition
from openlk.identity.devices import device_name, keep_device_cookie
from openlk.identity.middleware import login_of
from openlk.identity.passwords import TooBusy
from openlk.kit.dates import waiting_time
from openlk.kit.measures import LOGINS
from openlk.look.page import page

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]

WRONG_PAIR = "Логин или пароль не подошли. Проверьте номер и раскладку клавиатуры и попробуйте ещё раз."
TOO_MANY = "Слишком много попыток. Подождите {} и попробуйте ещё раз. Забыли пароль? Нажмите «Восстановить доступ»."


def members_only(view: View[Parameters]) -> View[Parameters]:
    """Send a guest to the login page, and back here afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if login_of(request) is None:
            response = redirect("login")
            if request.method == "GET":
                response["Location"] += f"?next={request.path}"
            return response
        return view(request, *args, **kwargs)

    return guarded


def destination(request: HttpRequest) -> HttpResponseRedirect:
    """To the page of ours that `?next=` names, else home."""
    wanted = request.GET.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return HttpResponseRedirect(wanted)
    return redirect("home")


def _login_page(request: HttpRequest, errors: list[dict[str, str]], status: int = 200) -> HttpResponse:
    context = {
        "errors": errors,
        "values": {"login": request.POST.get("login", "")},
        "login_hint": login_definition(current()).hint,
    }
    return page(request, "identity/login.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """`/login`: a form; a right pair opens a session, a wrong one keeps the name and says what to do."""
    if request.method != "POST":
        return destination(request) if login_of(request) else _login_page(request, [])
    typed, password = request.POST.get("login", "").strip(), request.POST.get("password", "")
    errors = []
    if not typed:
        errors.append({"field": "login", "message": "Введите логин."})
    if not password:
        errors.append({"field": "password", "message": "Введите пароль."})
    if errors:
        return _login_page(request, errors)
    try:
        answer = log_in(
            current(), typed, password, client_address(request), device_name(request), read_cookie(request, "device")
        )
    except TooBusy as error:
        LOGINS.labels(current().slug, "busy").inc()
        return _later(request, str(error), RETRY_SECONDS, status=503)
    outcome = "waited" if answer.wait_seconds else "wrong" if answer.token is None else "right"
    LOGINS.labels(current().slug, outcome).inc()
    if answer.wait_seconds:
        return _later(request, TOO_MANY.format(waiting_time(answer.wait_seconds)), answer.wait_seconds, status=429)
    if answer.token is None:
        return _login_page(request, [{"field": "login", "message": WRONG_PAIR}])
    rotate_token(request)
    response = destination(request)
    set_cookie(request, response, "session", answer.token, int(SESSION_LIMIT.total_seconds()))
    keep_device_cookie(request, response, answer.known_as)
    return response


def _later(request: HttpRequest, message: str, seconds: int, status: int) -> HttpResponse:
    response = _login_page(request, [{"field": "password", "message": message}], status=status)
    response["Retry-After"] = str(seconds)
    return response


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """`/logout`: ends the session and forgets its cookie."""
    login = login_of(request)
    if login is not None:
        log_out(current(), login.session_id)
    response = redirect("start")
    drop_cookie(request, response, "session")
    # At a shared computer the next person must not be offered this one's unfinished forms.
    drop_cookie(request, response, "visit")
    return response
