"""The page that a letter's link opens, and the public page of a run's state."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from openlk.cabinets.scoping import current, scope
from openlk.flows.links import confirm, look, send_resume_link
from openlk.flows.models import Run
from openlk.flows.opening import open_run, run_of_status
from openlk.flows.showing import run_address, spaced
from openlk.flows.versions import NoLongerFits, thawed
from openlk.flows.views import known_browser, remember, visitor_of
from openlk.guard.addresses import client_address
from openlk.guard.challenges import link_wait
from openlk.kit.dates import clock_time, day_month, waiting_time
from openlk.look.page import page


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """`/confirm/<token>`: a page with one button; only the button uses the link up, whatever looked at it before."""
    if request.method != "POST":
        opened = look(current(), token, client_address(request))
        if opened is None:
            return _dead_link(request)
        options = opened.flow.steps[opened.run.position].options
        context = {
            "title": getattr(options, "confirm_title", "Продолжить здесь"),
            "lead": getattr(options, "confirm_lead", "Нажмите кнопку, и Вы продолжите с того места, где остановились."),
        }
        return _unseen(page(request, "flows/confirm.html", context))
    visitor = known_browser(visitor_of(request))
    acted = confirm(current(), token, visitor)
    if acted is None:
        return _dead_link(request)
    return remember(request, redirect(run_address(acted.run)), visitor)


def _unseen(response: HttpResponse) -> HttpResponse:
    """A page whose address is a secret tells it to nobody."""
    response["Referrer-Policy"] = "no-referrer"
    return response


def _dead_link(request: HttpRequest) -> HttpResponse:
    with scope(current()):
        wait_seconds = link_wait(client_address(request))
    if wait_seconds:
        return _wait(request, wait_seconds)
    context = {
        "title": "Ссылка больше не действует",
        "sentences": [
            "Ссылка работает один раз и недолго. Если пришло несколько писем, откройте ссылку из последнего.",
            "Если Вы уже нажали кнопку, вернитесь туда, где продолжили.",
        ],
        "actions": [
            {"text": "Получить новую ссылку", "href": reverse("recover"), "primary": True},
            {"text": "Перейти ко входу", "href": reverse("login"), "primary": False},
        ],
    }
    return _unseen(page(request, "flows/gone.html", context, status=410))


def _wait(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {
        "title": "Слишком много попыток",
        "sentences": [f"Подождите {waiting_time(seconds)} и откройте ссылку из письма ещё раз. Она не пропала."],
        "actions": [{"text": "Перейти ко входу", "href": reverse("login"), "primary": False}],
    }
    response = _unseen(page(request, "flows/gone.html", context, status=429))
    response["Retry-After"] = str(seconds)
    return response


_SENT = "Если в заявке есть почта или телефон, мы отправили туда ссылку. Откройте её на этом устройстве."
_STATES = {
    "done": ("Готово", "Заявка выполнена. Больше ничего делать не нужно."),
    "refused": ("Не принято", "Дальше по этой заявке не получится. Позвоните или напишите в поддержку."),
    "superseded": ("Закрыто", "Вы закончили это в другом окне. Больше ничего делать не нужно."),
    "expired": ("Время вышло", "Вы давно не возвращались, и введённые данные удалены. Начните заново."),
}
_WAITING = {
    "person": ("Ждём Вас", "Продолжите там, где начали, или попросите ссылку для продолжения."),
    "message": ("Ждём Вас", "Откройте ссылку из нашего письма."),
    "operator": ("На проверке", "Сейчас Ваша очередь ждать: делать ничего не нужно."),
    "job": ("Обрабатываем", "Подождите несколько минут и обновите страницу."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def status_page(request: HttpRequest, token: str) -> HttpResponse:
    """`/status/<token>`: state, deadline and next act of a run; never a name, a contact or an answer."""
    run = run_of_status(current(), token)
    if run is None:
        raise Http404
    if request.method == "POST":
        send_resume_link(current(), run, visitor_of(request))
        return redirect(f"{request.path}?sent=1")
    state, advice = _words(run)
    own = open_run(current(), str(run.pk), visitor_of(request)) is not None
    active = run.state == "active"
    context = {
        "title": _title(run),
        "number": spaced(run.number),
        "state": state,
        "advice": advice,
        "due": _deadline(run),
        "go_on": run_address(run) if own and active and run.waiting_for != "operator" else "",
        "may_send": active and not own and run.session_id is None and "sent" not in request.GET,
        "notice": _SENT if "sent" in request.GET else None,
    }
    return _unseen(page(request, "flows/status.html", context))


def _title(run: Run) -> str:
    try:
        return thawed(current(), run.flow_version).title
    except NoLongerFits:
        return "Заявка"


def _words(run: Run) -> tuple[str, str]:
    return _WAITING[run.waiting_for] if run.state == "active" else _STATES[run.state]


def _deadline(run: Run) -> dict[str, str] | None:
    """By when who has to do something."""
    zone = current().profile.timezone
    if run.state != "active":
        return None
    if run.waiting_for == "operator" and run.due_at:
        return {"title": "Ответим до", "text": f"{day_month(run.due_at, zone)}, {clock_time(run.due_at, zone)}"}
    if run.idle_at:
        return {"title": "Вернитесь до", "text": f"{day_month(run.idle_at, zone)}, {clock_time(run.idle_at, zone)}"}
    return None
