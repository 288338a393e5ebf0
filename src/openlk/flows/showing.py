"""Pages of a run: the screen where it stands, how it ended, why it cannot go on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openlk.cabinets.scoping import current, scope
from openlk.flows.definition import REGISTRATION, flows_of
from openlk.flows.engine import refusal_of, screen_of
from openlk.flows.models import Run
from openlk.flows.opening import Opened
from openlk.flows.step import FieldError, Refusal
from openlk.flows.versions import Flow
from openlk.identity.queries import name_and_contacts
from openlk.kit.dates import clock_time, day_month
from openlk.kit.kinds import KINDS
from openlk.look.page import page

STALE = "Эта страница была открыта раньше и устарела. Мы показали место, где Вы остановились."
CHANGED = "Пока Вы заполняли форму, она изменилась. Ответы сохранены: проверьте их и продолжите."
SENT_AGAIN = "Отправили ещё раз. Прежние ссылки и коды больше не действуют."


def run_address(run: Run) -> str:
    """Where the run's pages are: under the page that its flow begins on."""
    name = run.flow_version.flow
    if run.session_id is not None:
        return reverse("login_run", kwargs={"flow_name": name, "run_id": run.pk})
    return reverse("run" if name == REGISTRATION else "recover_run", kwargs={"run_id": run.pk})


def start_address(flow: Flow) -> str:
    """Where the flow is begun anew."""
    if flow.who == "login":
        return reverse("login_flow", kwargs={"flow_name": flow.name})
    return f"{reverse('register' if flow.name == REGISTRATION else 'recover')}?fresh=1"


def page_error(refusal: Refusal | None) -> dict[str, Any] | None:
    """The words of a refusal as the page shows them."""
    if refusal is None:
        return None
    phone = current().profile.support_phone
    return {
        "title": refusal.title,
        "sentences": refusal.sentences,
        "advice": [line.replace("{phone}", phone) for line in refusal.advice],
        "phone": phone,
    }


def screen(
    request: HttpRequest,
    flow: Flow,
    position: int,
    context: Mapping[str, Any],
    *,
    action: str,
    version: int,
    errors: Sequence[FieldError] = (),
    refusal: Refusal | None = None,
    notice: str | None = None,
    wait_seconds: int = 0,
    run: Run | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a step that asks; `more` is what its address adds: tabs, an offer to resume, ways to choose from."""
    screens = flow.screens()
    by_field = {error.field: error.message for error in errors}
    full = {
        "fields": [],
        "consents": [],
        "consent_by_button": None,
        "password": None,
        "resume": None,
        "tabs": "",
        "ways": [],
        "help": None,
        **context,
        "step": screens.index(position) + 1,
        "steps": len(screens),
        "errors": [{"field": error.field, "message": error.message} for error in errors],
        "page_error": page_error(refusal),
        "version": version,
        "restart": "" if run is None or position == screens[0] else start_address(flow),
        "status": None if run is None or position == screens[0] else _status_line(run),
        "action": action,
        **(more or {}),
    }
    full["fields"] = [{**field, "error": by_field.get(field["name"])} for field in full["fields"]]
    if notice:
        full["notice"] = notice
    response = page(request, flow.steps[position].template, full, status=429 if wait_seconds else 200)
    if wait_seconds:
        response["Retry-After"] = str(wait_seconds)
    return response


def _status_line(run: Run) -> dict[str, str]:
    return {"number": spaced(run.number), "href": reverse("status", kwargs={"token": run.status_token})}


def spaced(number: str) -> str:
    """A run's number as it is read aloud: «123 456 78 90»."""
    return f"{number[:3]} {number[3:6]} {number[6:8]} {number[8:]}"


def stands(request: HttpRequest, opened: Opened, notice: str | None = None) -> HttpResponse:
    """The page where the run is: its screen, or how it ended."""
    run = opened.run
    if run.state == "done":
        return _done(request, opened)
    if run.state == "refused":
        return refused(request, refusal_of(opened))
    if run.state != "active":
        return gone(request, opened.flow, run.state)
    step = opened.flow.steps[run.position]
    if run.waiting_for == "operator":
        return _waits(request, opened)
    if not step.asks:
        context = {**step.screen(opened.walk), "action": run_address(run), "version": run.version}
        return page(request, "flows/told.html", context)
    return screen(
        request,
        opened.flow,
        run.position,
        screen_of(opened),
        action=run_address(run),
        version=run.version,
        notice=notice,
        run=run,
    )


def _waits(request: HttpRequest, opened: Opened) -> HttpResponse:
    run, zone = opened.run, current().profile.timezone
    due = f"{day_month(run.due_at, zone)}, {clock_time(run.due_at, zone)}" if run.due_at else ""
    context = {**screen_of(opened), "number": spaced(run.number), "due": due, "status": _status_line(run)}
    return page(request, "flows/review.html", context)


def _done(request: HttpRequest, opened: Opened) -> HttpResponse:
    context = dict(screen_of(opened))
    login_flow = opened.flow.who == "login"
    with scope(current()):
        login, contacts = ("", {}) if login_flow else name_and_contacts(opened.run.facts.get("login", 0))
    email = contacts.get("email") if opened.flow.name == REGISTRATION else None
    return page(
        request,
        "flows/done.html",
        {
            "title": context["title"],
            "sentences": context["sentences"],
            "login_label": "Логин для входа",
            "login": login,
            "email_masked": KINDS["email"].mask(email) if email else None,
            "button": {"text": context["button"], "href": reverse("profile" if login_flow else "login")},
        },
    )


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The run ended with a refusal."""
    error = page_error(refusal)
    assert error is not None
    person = getattr(request, "person", None)
    back = ("Вернуться в профиль", "profile") if person else ("Перейти ко входу", "login")
    actions = [{"text": back[0], "href": reverse(back[1]), "primary": True}]
    if not person and "recovery" in _offers():
        actions.append({"text": "Восстановить доступ", "href": reverse("recover"), "primary": False})
    actions.append({"text": "Написать в поддержку", "href": reverse("support"), "primary": False})
    return page(request, "flows/refused.html", {**error, "actions": actions})


def _offers() -> set[str]:
    return {"recovery" for flow in flows_of(current()).values() if flow.offer == "recover"}


_EXPIRED = ("Время вышло", ["Вы давно не возвращались, и мы удалили введённые данные.", "Начните заново: это недолго."])
_REGISTRATION_GONE = {
    "expired": (
        "Время на регистрацию вышло",
        ["Вы давно не возвращались к заявке, и мы удалили введённые данные.", "Начните заново: это займёт две минуты."],
    ),
    "superseded": (
        "Регистрация уже завершена",
        ["Вы начали регистрацию дважды и закончили её в другом окне.", "Кабинет создан: войдите в него."],
    ),
}
_FOREIGN = (
    "Эта страница открывается только там, где Вы начали",
    [
        "Продолжить можно в том же браузере, а после ссылки из письма — там, где Вы её открыли.",
        "Здесь можно начать заново.",
    ],
)


def gone(request: HttpRequest, flow: Flow | None, reason: str) -> HttpResponse:
    """The run is over, or not this visitor's; the same page for one that never was."""
    registration = flow is None or flow.name == REGISTRATION
    words = _REGISTRATION_GONE if registration else {}
    title, sentences = _FOREIGN if reason == "foreign" else words.get(reason, _EXPIRED)
    start = reverse("register") if flow is None or not flow.steps else start_address(flow)
    login = {"text": "Перейти ко входу", "href": reverse("login"), "primary": reason == "superseded"}
    again = {"text": "Начать заново", "href": start, "primary": reason != "superseded"}
    actions = [login, again] if reason == "superseded" else [again, login]
    status = 404 if reason == "foreign" else 410
    return page(request, "flows/gone.html", {"title": title, "sentences": sentences, "actions": actions}, status=status)
