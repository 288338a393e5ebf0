"""Every write to tickets."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard.actions import spend
from openlk.guard.addresses import address_block
from openlk.guard.rules import letters_to_stranger, requests_for_help
from openlk.kit import clock
from openlk.kit.dates import clock_time, day_month, day_month_year
from openlk.kit.kinds import KINDS
from openlk.kit.sealed import digest, new_token
from openlk.messages.actions import queue
from openlk.support.definition import support_definition
from openlk.support.models import Ticket

NUMBER_DIGITS = 9
NUMBER_TRIES = 5


class TooManyTickets(Exception):
    """This network sent too many requests; `wait_seconds` says when the next may come."""

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Request:
    """A checked feedback form; `contact` is E.164 or a lower-case e-mail."""

    name: str
    contact_kind: str
    contact: str
    topic: str
    message: str


def _create(cabinet: Cabinet, request: Request) -> Ticket:
    now = clock.now()
    due = now + timedelta(days=support_definition(cabinet).answer_days)
    for _ in range(NUMBER_TRIES):
        number = str(secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1)) + 10 ** (NUMBER_DIGITS - 1))
        try:
            with transaction.atomic():
                created: Ticket = Ticket.objects.create(
                    number=number, token=new_token(), created_at=now, answer_due_at=due, **vars(request)
                )
        except IntegrityError:
            continue
        return created
    raise RuntimeError("no free ticket number in five tries")


def _received(cabinet: Cabinet, ticket: Ticket) -> dict[str, str]:
    profile = cabinet.profile
    return {
        "number": ticket.number,
        "due": day_month(ticket.answer_due_at, profile.timezone),
        "cabinet": profile.name,
        "support_phone": profile.support_phone,
        "support_email": profile.support_email,
    }


def open_ticket(cabinet: Cabinet, request: Request, address: str) -> Ticket:
    """Write a ticket with the letter to the support mailbox, and one to the person who left an e-mail.

    Raises TooManyTickets.
    """
    with scope(cabinet), transaction.atomic():
        wait_seconds = spend([(f"support:{address_block(address)}", requests_for_help())])
    if wait_seconds:
        raise TooManyTickets(wait_seconds)
    with scope(cabinet), transaction.atomic():
        ticket = _create(cabinet, request)
        zone = cabinet.profile.timezone
        values = {
            "number": ticket.number,
            "topic": support_definition(cabinet).topics[request.topic],
            "name": request.name,
            "contact": KINDS[request.contact_kind].show(request.contact),
            "message": request.message,
            "created": f"{day_month_year(ticket.created_at, zone)}, {clock_time(ticket.created_at, zone)}",
        }
        queue("email", cabinet.profile.support_email, "support_request", values)
        # Anybody may type anybody's address: past a few letters a day the ticket is opened, and no letter sent there.
        stranger = f"letters to:{digest(request.contact)[:32]}"
        if request.contact_kind == "email" and not spend([(stranger, letters_to_stranger())]):
            queue("email", request.contact, "support_received", _received(cabinet, ticket))
        record("ticket opened", actor="person", subject=f"ticket:{ticket.pk}")
    return ticket
