"""The feedback form and what became of a request."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from openlk.cabinets.scoping import current
from openlk.guard.addresses import client_address
from openlk.kit.dates import clock_time, day_month, waiting_time
from openlk.kit.kinds import KINDS
from openlk.look.page import page
from openlk.support.actions import TooManyTickets, open_ticket
from openlk.support.definition import support_definition
from openlk.support.forms import check_request
from openlk.support.models import Ticket

_STATES = {"new": "Получено, ждёт ответа", "answered": "Ответ отправлен"}


def _topics() -> list[dict[str, str]]:
    return [{"key": key, "title": title} for key, title in support_definition(current()).topics.items()]


def _form(request: HttpRequest, errors: list[dict[str, str]], status: int = 200) -> HttpResponse:
    person = getattr(request, "person", None)
    values = {name: request.POST.get(name, "") for name in ("name", "contact", "topic", "message")}
    if request.method != "POST":
        values["name"] = person.full_name if person else ""
        values["topic"] = request.GET.get("topic", "")
    context = {"errors": errors, "values": values, "topics": _topics()}
    return page(request, "support/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def support_form(request: HttpRequest) -> HttpResponse:
    """`/support`: write to the organisation; the answer is a numbered ticket."""
    if request.method != "POST":
        return _form(request, [])
    checked = check_request(current(), request.POST.dict())
    if checked.request is None:
        return _form(request, checked.errors)
    try:
        ticket = open_ticket(current(), checked.request, client_address(request))
    except TooManyTickets as error:
        message = f"Слишком много обращений подряд. Подождите {waiting_time(error.wait_seconds)} или позвоните нам."
        response = _form(request, [{"field": "message", "message": message}], status=429)
        response["Retry-After"] = str(error.wait_seconds)
        return response
    return redirect("ticket", token=ticket.token)


@require_safe
def ticket_page(request: HttpRequest, token: str) -> HttpResponse:
    """`/support/<token>`: the number of a request and what happens next; never its text or the contact itself."""
    ticket = Ticket.objects.filter(token=token).first()
    if ticket is None:
        raise Http404
    zone = current().profile.timezone
    due = day_month(ticket.answer_due_at, zone)
    channel = "письмом" if ticket.contact_kind == "email" else "по телефону"
    context = {
        "number": ticket.number,
        "created": f"{day_month(ticket.created_at, zone)}, {clock_time(ticket.created_at, zone)}",
        "state": _STATES[ticket.state],
        "channel": KINDS[ticket.contact_kind].mask(ticket.contact),
        "next_steps": [
            "Специалист поддержки прочитает обращение.",
            f"Мы ответим {channel} не позднее {due}.",
            "Если ответа нет, позвоните нам и назовите номер обращения.",
        ],
    }
    return page(request, "support/ticket.html", context)
