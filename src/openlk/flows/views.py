"""The pages where flows begin, and those of a run."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from openlk.cabinets.cookies import drop_cookie, read_cookie, set_cookie
from openlk.cabinets.scoping import current, scope
from openlk.flows.definition import REGISTRATION, flows_of, offered_flows
from openlk.flows.engine import NETWORK, Acted, act, screen_of, start, too_many
from openlk.flows.models import Run
from openlk.flows.opening import Opened, blank_walk, keep_answers, open_run, resumable
from openlk.flows.showing import CHANGED, SENT_AGAIN, STALE, gone, run_address, screen, stands
from openlk.flows.step import MAX_TYPED, FieldError
from openlk.flows.versions import Flow, current_flow
from openlk.flows.walk import Visitor
from openlk.guard.actions import seconds_to_wait
from openlk.guard.addresses import address_block, client_address
from openlk.identity.devices import remember_browser
from openlk.identity.middleware import login_of
from openlk.identity.views import members_only
from openlk.kit.sealed import new_token
from openlk.look.page import page

_MONTH_SECONDS = 30 * 24 * 3600
LONGEST_VERSION = 9


def visitor_of(request: HttpRequest) -> Visitor:
    """Who acts on this request."""
    login = login_of(request)
    browser, address = read_cookie(request, "visit"), client_address(request)
    if login is None:
        return Visitor(browser, address)
    return Visitor(browser, address, login.login_id, login.session_id, login.proved_at)


def known_browser(visitor: Visitor) -> Visitor:
    """The same visitor with a secret for the browser, which it has from its first act on."""
    if visitor.browser:
        return visitor
    return Visitor(new_token(), visitor.address, visitor.login_id, visitor.session_id, visitor.proved_at)


def remember(request: HttpRequest, response: HttpResponse, visitor: Visitor) -> HttpResponse:
    """Let the browser keep its secret for a month."""
    set_cookie(request, response, "visit", visitor.browser, _MONTH_SECONDS)
    return response


def to_proof(request: HttpRequest, address: str) -> HttpResponse:
    """To the page that asks for the password once more, and back to `address` from there."""
    del request
    response = redirect("prove")
    response["Location"] += f"?next={address}"
    return response


def _begun(request: HttpRequest, flow: Flow, more: Mapping[str, Any]) -> HttpResponse:
    """The first screen of a flow was sent: a run begins, unless the form does not even hold together."""
    cabinet, visitor = current(), known_browser(visitor_of(request))
    with scope(cabinet):
        wait_seconds = seconds_to_wait(f"{NETWORK}{address_block(visitor.address)}")
    if wait_seconds:
        # Nothing is hashed or written for an address that has to wait; what was typed comes back in the form.
        return _blank_again(request, flow, more, [too_many(wait_seconds)], wait_seconds)
    position = flow.screens()[0]
    submission = flow.steps[position].prepare(blank_walk(cabinet, visitor), request.POST.dict())
    if submission.errors and not submission.hashed:
        # Nothing is written for a form that does not hold together: no run, no cookie.
        return _blank_again(request, flow, more, submission.errors, answers=submission.answers)
    acted = start(cabinet, flow.name, submission, visitor)
    return remember(request, _after(request, acted, visitor, more), visitor)


def _blank(request: HttpRequest, flow: Flow, more: Mapping[str, Any]) -> HttpResponse:
    position = flow.screens()[0]
    context = flow.steps[position].screen(blank_walk(current(), visitor_of(request)))
    return screen(request, flow, position, context, action=request.path, version=0, more=more)


def _blank_again(
    request: HttpRequest,
    flow: Flow,
    more: Mapping[str, Any],
    errors: Sequence[FieldError],
    wait_seconds: int = 0,
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The first screen once more, with what was typed and what to mend, for somebody who has no run yet."""
    walk = blank_walk(current(), visitor_of(request))
    position = flow.screens()[0]
    typed = {f"typed:{name}": text[:MAX_TYPED] for name, text in request.POST.items() if isinstance(text, str)}
    walk.answers.update(typed if answers is None else answers)
    context = flow.steps[position].screen(walk)
    return screen(
        request,
        flow,
        position,
        context,
        action=request.path,
        version=0,
        errors=errors,
        wait_seconds=wait_seconds,
        more=more,
    )


def _resume(unfinished: Run | None, text: str) -> dict[str, str] | None:
    return {"href": run_address(unfinished), "text": text} if unfinished else None


def _fresh(request: HttpRequest, name: str) -> HttpResponse:
    """«Начать заново», perhaps by the next person at a shared computer: the browser forgets the runs it began."""
    response = redirect(name)
    drop_cookie(request, response, "visit")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """`/register`: the first form itself, blank, with an offer to go on where this browser stopped."""
    flow = current_flow(current(), REGISTRATION)
    if request.method == "POST":
        return _begun(request, flow, {"tabs": "register"})
    if "fresh" in request.GET:
        return _fresh(request, "register")
    unfinished = resumable(current(), [REGISTRATION], visitor_of(request))
    resume = _resume(unfinished, "Продолжить регистрацию")
    return _blank(request, flow, {"tabs": "register", "resume": resume})


@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """`/recover`: one form for every way that leads back in by oneself, and how to reach people beside it."""
    ways = offered_flows(current(), "recover")
    if not ways:
        return page(request, "flows/recover_by_people.html", {"title": "Восстановление доступа"})
    if request.method != "POST" and "fresh" in request.GET:
        return _fresh(request, "recover")
    chosen = (request.POST if request.method == "POST" else request.GET).get("flow", "")
    name = chosen if chosen in ways else next(iter(ways))
    choice = [{"name": each, "title": way.choice, "checked": each == name} for each, way in ways.items()]
    more: dict[str, Any] = {"ways": choice if len(ways) > 1 else [], "help": "recover"}
    flow = current_flow(current(), name)
    if request.method == "POST":
        return _begun(request, flow, more)
    unfinished = resumable(current(), list(ways), visitor_of(request))
    return _blank(request, flow, {**more, "resume": _resume(unfinished, "Продолжить восстановление доступа")})


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def login_flow(request: HttpRequest, flow_name: str) -> HttpResponse:
    """`/me/flows/<name>`: the first form of a flow for who is signed in."""
    definition = flows_of(current()).get(flow_name)
    if definition is None or definition.who != "login":
        raise Http404
    flow = current_flow(current(), flow_name)
    if flow.sensitive and not visitor_of(request).proved_lately:
        return to_proof(request, request.path)
    return _begun(request, flow, {}) if request.method == "POST" else _blank(request, flow, {})


def _after(request: HttpRequest, acted: Acted, visitor: Visitor, more: Mapping[str, Any] | None = None) -> HttpResponse:
    """Every act that moved the run redirects; one that did not shows the same screen with what to mend."""
    address = run_address(acted.run)
    if acted.proof_needed:
        return to_proof(request, address)
    if acted.stale:
        return redirect(f"{address}?{'changed' if acted.changed else 'stale'}=1")
    if not acted.errors and acted.refusal is None:
        response = redirect(f"{address}?sent=1" if request.POST.get("again") else address)
        if acted.run.state == "done" and acted.run.session_id is None and acted.run.facts.get("login"):
            remember_browser(request, response, current(), acted.run.facts["login"])
        return response
    opened = open_run(current(), str(acted.run.pk), visitor)
    assert opened is not None  # it was acted upon by this very visitor
    first = opened.run.position == opened.flow.screens()[0]
    return screen(
        request,
        opened.flow,
        opened.run.position,
        screen_of(opened),
        action=address,
        version=opened.run.version,
        errors=acted.errors,
        refusal=acted.refusal,
        wait_seconds=acted.wait_seconds,
        run=opened.run,
        more=_of_first(opened, more) if first else None,
    )


def _of_first(opened: Opened, more: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What stands around the first screen; a run that has begun does not change its way any more."""
    tabs = {"tabs": "register"} if opened.flow.name == REGISTRATION else {}
    return {**(more or {}), **tabs, "ways": [], "resume": None}


@require_http_methods(["GET", "HEAD", "POST"])
def run_page(request: HttpRequest, run_id: str, flow_name: str = "") -> HttpResponse:
    """`/register/<id>`, `/recover/<id>`, `/me/flows/<name>/<id>`: where this run stands, for its own visitor only."""
    del flow_name  # stands in the address for people; the run knows its flow
    visitor = visitor_of(request)
    opened = open_run(current(), str(run_id), visitor)
    if opened is None:
        return gone(request, None, "foreign")
    if opened.run.state == "active" and opened.flow.sensitive and not visitor.proved_lately:
        return to_proof(request, run_address(opened.run))
    if request.method == "POST":
        active = opened.run.state == "active"
        return _act(request, opened, visitor) if active else redirect(run_address(opened.run))
    changed = opened.changed or "changed" in request.GET
    notice = CHANGED if changed else STALE if "stale" in request.GET else SENT_AGAIN if "sent" in request.GET else None
    return stands(request, opened, notice)


def _act(request: HttpRequest, opened: Opened, visitor: Visitor) -> HttpResponse:
    address = run_address(opened.run)
    step = opened.flow.steps[opened.run.position]
    if opened.changed:
        keep_answers(current(), str(opened.run.pk), step.prepare(opened.walk, request.POST.dict()), visitor)
        return redirect(f"{address}?changed=1")
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > LONGEST_VERSION or int(version) != opened.run.version:
        return redirect(f"{address}?stale=1")
    submission = step.prepare(opened.walk, request.POST.dict())
    acted = act(current(), str(opened.run.pk), int(version), submission, visitor)
    return _after(request, acted, visitor)
