"""Asks who is signed in for the password once more, before what matters."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import current, scope
from openlk.guard.actions import forgive, spend
from openlk.guard.rules import wrong_answers
from openlk.identity.middleware import login_of
from openlk.identity.models import Session
from openlk.identity.passwords import password_matches
from openlk.identity.queries import CurrentLogin, password_of
from openlk.identity.views import destination, members_only
from openlk.kit import clock
from openlk.kit.dates import waiting_time
from openlk.look.page import page

_WRONG = "Пароль не подошёл. Проверьте раскладку клавиатуры и попробуйте ещё раз."


def prove(cabinet: Cabinet, login: CurrentLogin, password: str) -> int | None:
    """Compare the password of who is signed in; 0: right, seconds to wait, or None: it does not fit.

    The tries are this session's own: nobody else's misses stand in the way of somebody who is in already.
    """
    subject = f"prove:{login.session_id}"
    with scope(cabinet), transaction.atomic():
        wait_seconds = spend([(subject, wrong_answers())])
        if wait_seconds:
            return wait_seconds
        found = password_of(login.login_name)
    if not password_matches(password, found[1] if found else None):
        return None
    with scope(cabinet), transaction.atomic():
        forgive([subject])
        Session.objects.filter(pk=login.session_id).update(proved_at=clock.wall())
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def prove_page(request: HttpRequest) -> HttpResponse:
    """`/me/prove?next=…`: the password once more; a right one leads back to where it was asked for."""
    login = login_of(request)
    assert login is not None  # members_only
    if request.method != "POST":
        return _form(request, "")
    password = request.POST.get("password", "")
    if not password:
        return _form(request, "Введите пароль.")
    answer = prove(current(), login, password)
    if answer == 0:
        return destination(request)
    if answer is None:
        return _form(request, _WRONG)
    message = f"Слишком много попыток. Подождите {waiting_time(answer)} и попробуйте ещё раз."
    response = _form(request, message, status=429)
    response["Retry-After"] = str(answer)
    return response


def _form(request: HttpRequest, message: str, status: int = 200) -> HttpResponse:
    errors = [{"field": "password", "message": message}] if message else []
    login = login_of(request)
    context = {"errors": errors, "login_name": login.login_name if login else ""}
    return page(request, "identity/prove.html", context, status=status)
