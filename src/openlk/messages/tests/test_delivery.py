"""Real letters and SMS, over SMTP and HTTP, to the sandbox's own process: well and unwell."""

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.actions import queue
from openlk.messages.channel import Parcel
from openlk.messages.channels import sms
from openlk.messages.channels.email import EmailChannel, compose
from openlk.messages.channels.sms import SmsChannel
from openlk.messages.models import Message
from openlk.messages.sending import send_due
from openlk.messages.tests.outbox import World

PARCEL = Parcel(
    message_id="0123456789abcdef",
    cabinet="alpha",
    sender_name="Союз «Альфа», г. Пермь",
    sender="help@alpha.example",
    recipient="anna@example.org",
    subject="Кабинет создан — можно войти. Длинная тема по-русски, чтобы её пришлось переносить на вторую строку",
    text="Логин: 0012345678\nhttp://localhost:8000/alpha/login\n",
    html="<p>Логин: 0012345678</p>",
)


def _parcel(recipient: str, message_id: str = "id-1") -> Parcel:
    return replace(PARCEL, recipient=recipient, message_id=message_id)


def _send(cabinet: Cabinet, channel: str, recipient: str) -> Message:
    with scope(cabinet), transaction.atomic():
        queue(channel, recipient, "support_received", {"number": "123456789"})
    send_due(cabinet)
    return _again(cabinet)


def _again(cabinet: Cabinet) -> Message:
    with scope(cabinet):
        found: Message = Message.objects.get()
    return found


def test_a_letter_arrives_with_both_halves(db: None, cabinet: Cabinet, outside: World) -> None:
    assert _send(cabinet, "email", "arrives@example.org").state == "sent"
    (letter,) = outside.messages(to="arrives@example.org")
    assert letter["subject"] == "Обращение № 123456789 получено в АЛЬФЕ"
    assert "ответим на этот адрес" in letter["text"]
    assert "ответим на этот адрес" in letter["html"]
    assert letter["cabinet"] == "alpha"


def test_a_letter_to_a_cyrillic_address_arrives(cabinet: Cabinet, outside: World) -> None:
    assert EmailChannel().deliver(_parcel("анна@почта.рф")).outcome == "yes"
    assert EmailChannel().deliver(_parcel("anna@почта.рф")).outcome == "yes"


@pytest.mark.parametrize(
    ("mode", "state", "stored"), [("refuse", "failed", 0), ("later", "queued", 0), ("drop", "queued", 1)]
)
def test_a_mail_server_that_is_unwell(
    db: None, cabinet: Cabinet, outside: World, mode: str, state: str, stored: int
) -> None:
    recipient = f"{mode}@example.org"
    outside.post("/faults", {"smtp": mode})
    message = _send(cabinet, "email", recipient)
    assert (message.state, message.attempts) == (state, 1)
    assert len(outside.messages(to=recipient)) == stored


def test_a_letter_waits_until_the_mail_server_is_well(db: None, cabinet: Cabinet, outside: World) -> None:
    outside.post("/faults", {"smtp": "later"})
    message = _send(cabinet, "email", "patient@example.org")
    assert "451" in message.last_error
    outside.post("/faults", {"smtp": "ok"})
    with scope(cabinet):
        Message.objects.update(due_at=message.created_at)
    assert send_due(cabinet) == 1
    assert _again(cabinet).state == "sent"
    assert len(outside.messages(to="patient@example.org")) == 1


def test_an_sms_arrives_and_a_repeat_is_dropped_by_its_id(outside: World) -> None:
    parcel = replace(_parcel("+79120000101", "sms-1"), text="Код: 4821")
    assert [SmsChannel().deliver(parcel).outcome for _ in range(2)] == ["yes", "yes"]
    (message,) = outside.messages(to="+79120000101", channel="sms")
    assert (message["text"], message["cabinet"]) == ("Код: 4821", "alpha")


@pytest.mark.parametrize(("mode", "outcome"), [("refuse", "no"), ("error", "unknown"), ("html", "unknown")])
def test_a_gateway_that_is_unwell(outside: World, mode: str, outcome: str) -> None:
    outside.post("/faults", {"sms": mode})
    assert SmsChannel().deliver(_parcel("+79120000102", mode)).outcome == outcome
    assert outside.messages(to="+79120000102") == []


def test_a_gateway_that_falls_silent_is_not_waited_for(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has taken the SMS: the next try carries the same id and is dropped there."""
    monkeypatch.setattr(sms, "DEADLINE_SECONDS", 0.5)
    outside.post("/faults", {"sms": "timeout_after_accept"})
    parcel = _parcel("+79120000103", "silent")
    assert SmsChannel().deliver(parcel).outcome == "unknown"
    outside.post("/faults", {"sms": "ok"})
    assert SmsChannel().deliver(parcel).outcome == "yes"
    assert len(outside.messages(to="+79120000103")) == 1


def test_a_gateway_with_another_token_takes_nothing_and_is_tried_again(outside: World, settings: Settings) -> None:
    """The token is ours to mend: until then no SMS may be given up."""
    settings.SMS_URL = settings.SMS_URL.replace("token-of-the-tests", "wrong")
    assert SmsChannel().deliver(_parcel("+79120000104", "token")).outcome == "unknown"
    assert outside.messages(to="+79120000104") == []


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:9", "smtp+tls://127.0.0.1:9", "smtps://127.0.0.1:9"])
def test_a_mail_server_that_is_down_is_tried_again(settings: Settings, url: str) -> None:
    settings.EMAIL_URL = url
    assert EmailChannel().deliver(PARCEL).outcome == "unknown"


def test_a_gateway_that_is_down_is_tried_again(settings: Settings) -> None:
    settings.SMS_URL = "http://token@127.0.0.1:9/sms/send"
    assert SmsChannel().deliver(_parcel("+79120000105")).outcome == "unknown"


def test_a_letter_is_what_mail_programs_expect() -> None:
    message = email.message_from_bytes(compose(PARCEL).as_bytes(), policy=email.policy.default)
    assert message["Subject"] == PARCEL.subject
    assert message["From"].addresses[0].display_name == PARCEL.sender_name
    assert message["Message-ID"] == "<0123456789abcdef@alpha.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.utcoffset() == timedelta(0)
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content() == PARCEL.text
    assert PARCEL.html in html.get_content()


WORDS = [
    "Ваш",
    "личный",
    "кабинет",
    "ПРОФКАРДС",
    "создан",
    "—",
    "можно",
    "войти",
    "№",
    "123456789:",
    "«Альфа»,",
    "г.",
    "код",
    "4821",
    "OK",
]


@examples(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
def test_no_space_of_a_subject_or_a_sender_is_lost(words: str) -> None:
    """Python's own folding of long Russian headers loses some of them."""
    parcel = replace(PARCEL, subject=words, sender_name=words)
    raw = compose(parcel).as_bytes()
    # Read as RFC 2047 §6.2 says: Python's newer parser shows a space between two parts of one word.
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert str(make_header(decode_header(message["Subject"]))) == words
    sender = str(make_header(decode_header(message["From"])))
    assert sender in {f"{words} <help@alpha.example>", f'"{words}" <help@alpha.example>'}
    assert max(len(line) for line in raw.partition(b"\n\n")[0].splitlines()) <= 78


def test_the_message_id_is_the_same_at_every_attempt() -> None:
    assert compose(PARCEL)["Message-ID"] == compose(PARCEL)["Message-ID"]


def test_every_line_of_a_letter_fits_the_standard() -> None:
    """RFC 5322 §2.1.1: 998 characters at most."""
    long = replace(PARCEL, text="слово " * 5000, html="<p>" + "слово " * 5000 + "</p>")
    assert max(len(line) for line in compose(long).as_bytes().splitlines()) <= 998
