"""The pages of a flow: its screens, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from openlk.cabinets.cookies import drop_cookie, read_cookie, set_cookie
from openlk.cabinets.scoping import current, scope
from openlk.flows.definition import REGISTRATION
from openlk.flows.engine import (
    NETWORK,
    Acted,
    Opened,
    act,
    begin,
    blank_walk,
    keep_answers,
    open_run,
    refusal_of,
    resumable,
    screen_of,
    too_many,
)
from openlk.flows.step import MAX_TYPED, FieldError, Refusal
from openlk.flows.versions import Flow, current_flow
from openlk.flows.walk import Visitor
from openlk.guard.actions import seconds_to_wait
from openlk.guard.addresses import address_block, client_address
from openlk.identity.models import Login
from openlk.kit.kinds import KINDS
from openlk.kit.sealed import new_token
from openlk.look.page import page

_MONTH_SECONDS = 30 * 24 * 3600
LONGEST_VERSION = 9
_STALE = "Эта страница была открыта раньше и устарела. Мы показали место, где Вы остановились."
_CHANGED = "Пока Вы заполняли форму, она изменилась. Ответы сохранены: проверьте их и продолжите."


def _visitor(request: HttpRequest) -> Visitor:
    return Visitor(read_cookie(request, "visit"), client_address(request))


def _remember(request: HttpRequest, response: HttpResponse, visitor: Visitor) -> HttpResponse:
    set_cookie(request, response, "visit", visitor.browser, _MONTH_SECONDS)
    return response


def _page_error(refusal: Refusal | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    phone = current().profile.support_phone
    return {
        "title": refusal.title,
        "sentences": refusal.sentences,
        "advice": [line.replace("{phone}", phone) for line in refusal.advice],
        "phone": phone,
    }


def _screen(
    request: HttpRequest,
    flow: Flow,
    position: int,
    context: Mapping[str, Any],
    *,
    action: str,
    version: int,
    errors: Sequence[FieldError] = (),
    refusal: Refusal | None = None,
    resume: Mapping[str, str] | None = None,
    notice: str | None = None,
    wait_seconds: int = 0,
) -> HttpResponse:
    screens = flow.screens()
    by_field = {error.field: error.message for error in errors}
    first = position == screens[0]
    full = {
        **context,
        "fields": [{**field, "error": by_field.get(field["name"])} for field in context["fields"]],
        "step": screens.index(position) + 1,
        "steps": len(screens),
        "errors": [{"field": error.field, "message": error.message} for error in errors],
        "page_error": _page_error(refusal),
        "version": version,
        "resume": resume,
        "restart": not first,
        "tabs": first,
        "action": action,
    }
    if notice:
        full["notice"] = notice
    response = page(request, "flows/screen.html", full, status=429 if wait_seconds else 200)
    if wait_seconds:
        response["Retry-After"] = str(wait_seconds)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """`/register`: the first form itself, blank, with an offer to go on where this browser stopped."""
    cabinet, visitor = current(), _visitor(request)
    flow = current_flow(cabinet, REGISTRATION)
    position = flow.screens()[0]
    walk = blank_walk(cabinet, visitor)
    if request.method != "POST" and "fresh" in request.GET:
        # «Начать заново», perhaps by the next person at a shared computer: the browser forgets the runs it began.
        response = redirect("register")
        drop_cookie(request, response, "visit")
        return response
    if request.method != "POST":
        unfinished = resumable(cabinet, REGISTRATION, visitor)
        resume = None
        if unfinished:
            address = reverse("run", kwargs={"run_id": unfinished.pk})
            resume = {"href": address, "text": "Продолжить регистрацию"}
        context = flow.steps[position].screen(walk)
        return _screen(request, flow, position, context, action=request.path, version=0, resume=resume)
    if not visitor.browser:
        visitor = Visitor(new_token(), visitor.address)
    with scope(cabinet):
        wait_seconds = seconds_to_wait(f"{NETWORK}{address_block(visitor.address)}")
    if wait_seconds:
        # Nothing is hashed or written for an address that has to wait; what was typed comes back in the form.
        return _blank_again(request, flow, [too_many(wait_seconds)], wait_seconds)
    submission = flow.steps[position].prepare(walk, request.POST.dict())
    if submission.errors and not submission.hashed:
        # Nothing is written for a form that does not hold together: no run, no cookie.
        return _blank_again(request, flow, submission.errors, answers=submission.answers)
    run = begin(cabinet, REGISTRATION, visitor)
    acted = act(cabinet, str(run.pk), 0, submission, visitor)
    return _remember(request, _after(request, acted, visitor), visitor)


def _blank_again(
    request: HttpRequest,
    flow: Flow,
    errors: Sequence[FieldError],
    wait_seconds: int = 0,
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The first screen once more, with what was typed and what to mend, for somebody who has no run yet."""
    walk = blank_walk(current(), _visitor(request))
    position = flow.screens()[0]
    typed = {f"typed:{name}": text[:MAX_TYPED] for name, text in request.POST.items() if isinstance(text, str)}
    walk.answers.update(typed if answers is None else answers)
    context = flow.steps[position].screen(walk)
    return _screen(
        request, flow, position, context, action=request.path, version=0, errors=errors, wait_seconds=wait_seconds
    )


def _after(request: HttpRequest, acted: Acted, visitor: Visitor) -> HttpResponse:
    """Every act that moved the run redirects; one that did not shows the same screen with what to mend."""
    address = reverse("run", kwargs={"run_id": acted.run.pk})
    if acted.stale:
        return redirect(f"{address}?{'changed' if acted.changed else 'stale'}=1")
    if not acted.errors and acted.refusal is None:
        return redirect(address)
    opened = open_run(current(), str(acted.run.pk), visitor)
    assert opened is not None  # it was acted upon by this very visitor
    return _screen(
        request,
        opened.flow,
        opened.run.position,
        screen_of(opened),
        action=address,
        version=opened.run.version,
        errors=acted.errors,
        refusal=acted.refusal,
        wait_seconds=acted.wait_seconds,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """`/register/<id>`: where this run stands; opens in the browser that began it only."""
    cabinet, visitor = current(), _visitor(request)
    opened = open_run(cabinet, str(run_id), visitor)
    if opened is None:
        return _gone(request, "foreign")
    if request.method == "POST":
        return _act(request, opened, visitor) if opened.run.state == "active" else redirect(request.path)
    return _stands(request, opened)


def _act(request: HttpRequest, opened: Opened, visitor: Visitor) -> HttpResponse:
    if opened.changed:
        submission = opened.flow.steps[opened.run.position].prepare(opened.walk, request.POST.dict())
        keep_answers(current(), str(opened.run.pk), submission, visitor)
        return redirect(f"{request.path}?changed=1")
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > LONGEST_VERSION or int(version) != opened.run.version:
        return redirect(f"{request.path}?stale=1")
    step = opened.flow.steps[opened.run.position]
    submission = step.prepare(opened.walk, request.POST.dict())
    return _after(request, act(current(), str(opened.run.pk), int(version), submission, visitor), visitor)


def _stands(request: HttpRequest, opened: Opened) -> HttpResponse:
    run = opened.run
    if run.state == "done":
        return _done(request, opened)
    if run.state == "refused":
        return _refused(request, refusal_of(opened))
    if run.state != "active":
        return _gone(request, run.state)
    step = opened.flow.steps[run.position]
    if not step.asks:
        return _told(request, opened, step.screen(opened.walk))
    changed = opened.changed or "changed" in request.GET
    notice = _CHANGED if changed else _STALE if "stale" in request.GET else None
    return _screen(
        request, opened.flow, run.position, screen_of(opened), action=request.path, version=run.version, notice=notice
    )


def _told(request: HttpRequest, opened: Opened, context: Mapping[str, Any]) -> HttpResponse:
    """A flow interrupted by `tell`: a page with one button."""
    return page(request, "flows/told.html", {**context, "action": request.path, "version": opened.run.version})


def _done(request: HttpRequest, opened: Opened) -> HttpResponse:
    context = dict(screen_of(opened))
    with scope(current()):
        login = Login.objects.filter(pk=opened.run.facts.get("login")).first()
        contacts = dict(login.contacts.values_list("kind", "value")) if login else {}
    email = contacts.get("email")
    return page(
        request,
        "flows/done.html",
        {
            "title": context["title"],
            "sentences": context["sentences"],
            "login_label": "Логин для входа",
            "login": login.name if login else "",
            "email_masked": KINDS["email"].mask(email) if email else None,
            "button": {"text": context["button"], "href": reverse("login")},
        },
    )


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    error = _page_error(refusal)
    assert error is not None
    actions = [
        {"text": "Перейти ко входу", "href": reverse("login"), "primary": True},
        {"text": "Написать в поддержку", "href": reverse("support"), "primary": False},
    ]
    return page(request, "flows/refused.html", {**error, "actions": actions})


_GONE = {
    "expired": (
        "Время на регистрацию вышло",
        ["Вы давно не возвращались к заявке, и мы удалили введённые данные.", "Начните заново: это займёт две минуты."],
    ),
    "superseded": (
        "Регистрация уже завершена",
        ["Вы начали регистрацию дважды и закончили её в другом окне.", "Кабинет создан: войдите в него."],
    ),
    "foreign": (
        "Эта страница открывается только там, где Вы начали",
        ["Регистрацию продолжают в том же браузере. Здесь её можно начать заново."],
    ),
}


def _gone(request: HttpRequest, reason: str) -> HttpResponse:
    title, sentences = _GONE[reason]
    login = {"text": "Перейти ко входу", "href": reverse("login"), "primary": reason == "superseded"}
    again = {"text": "Начать заново", "href": reverse("register"), "primary": reason != "superseded"}
    actions = [login, again] if reason == "superseded" else [again, login]
    status = 404 if reason == "foreign" else 410
    return page(request, "flows/gone.html", {"title": title, "sentences": sentences, "actions": actions}, status=status)
