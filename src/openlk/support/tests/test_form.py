"""The feedback form: a numbered ticket, a letter to the support and one to the person."""

import pytest
from django.db.models import TextField

from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.models import Message
from openlk.support.forms import MAX_MESSAGE, check_request
from openlk.support.models import Ticket
from tests.support.people import make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import logged_in
from tests.support.stage import Wall

FILLED = {"name": "Анна", "contact": "anna@example.org", "topic": "login", "message": "Не могу войти"}


def _sent(browser: Browser, **changes: str) -> Page:
    return browser.submit(browser.get("/alpha/support"), {**FILLED, **changes})


def _ticket(cabinet: Cabinet) -> Ticket:
    with scope(cabinet):
        found: Ticket = Ticket.objects.get()
    return found


def test_a_request_becomes_a_ticket_with_a_number(documents: None, cabinet: Cabinet) -> None:
    browser = Browser()
    sent = _sent(browser)
    ticket = _ticket(cabinet)
    assert (sent.status, sent.location) == (302, f"/alpha/support/{ticket.token}")
    page = browser.follow(sent)
    assert f"Обращение {ticket.number}" in page.text
    assert (ticket.contact_kind, ticket.contact, ticket.topic) == ("email", "anna@example.org", "login")
    assert len(ticket.number) == 9
    assert ticket.answer_due_at - ticket.created_at == (ticket.answer_due_at - ticket.created_at)
    assert (ticket.answer_due_at - ticket.created_at).days == 3


def test_the_ticket_page_shows_neither_the_text_nor_the_contact(documents: None, cabinet: Cabinet) -> None:
    page = Browser().follow(_sent(Browser(), message="Мой пароль 12345, зовут Анна"))
    assert page.status == 200
    for secret in ("12345", "anna@example.org", "зовут"):
        assert secret not in page.text
    assert "a···@example.org" in page.text


def test_two_letters_go_to_the_support_and_to_the_person(documents: None, cabinet: Cabinet) -> None:
    _sent(Browser())
    ticket = _ticket(cabinet)
    with scope(cabinet):
        letters = {each.letter: each for each in Message.objects.all()}
        event = Event.objects.get(action="ticket opened")
    assert {name: each.recipient for name, each in letters.items()} == {
        "support_request": "help@alpha.example",
        "support_received": "anna@example.org",
    }
    assert letters["support_request"].values["topic"] == "Не получается войти"
    assert letters["support_request"].values["message"] == "Не могу войти"
    assert letters["support_received"].values["number"] == ticket.number
    assert not {"message", "contact", "name"} & set(letters["support_received"].values)
    assert event.subject == f"ticket:{ticket.pk}"
    assert event.details == {}


def test_who_leaves_a_phone_gets_no_letter(documents: None, cabinet: Cabinet) -> None:
    page = Browser().follow(_sent(Browser(), contact="8 912 345-67-89"))
    with scope(cabinet):
        letters = dict(Message.objects.values_list("letter", "recipient"))
    assert letters == {"support_request": "help@alpha.example"}
    assert _ticket(cabinet).contact == "+79123456789"
    assert "по телефону" in page.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "как к Вам обращаться"),
        ("name", "   ", "как к Вам обращаться"),
        ("name", "я" * 151, "Имя длиннее 150 знаков"),
        ("contact", "", "Укажите телефон или адрес"),
        ("contact", "anna@", ""),
        ("contact", "12", ""),
        ("topic", "nosuch", "Выберите тему"),
        ("message", " \n ", "Опишите, что случилось"),
        ("message", "я" * (MAX_MESSAGE + 1), "помещается 4000"),
    ],
)
def test_a_field_that_has_to_be_mended_is_named(cabinet: Cabinet, field: str, value: str, words: str) -> None:
    (error,) = check_request(cabinet, {**FILLED, field: value}).errors
    assert error["field"] == field
    assert words in error["message"]


def test_all_errors_come_in_the_order_of_the_fields(cabinet: Cabinet) -> None:
    assert [error["field"] for error in check_request(cabinet, {}).errors] == ["name", "contact", "topic", "message"]


def test_a_good_form_has_no_errors(cabinet: Cabinet) -> None:
    """A control: the filled form that the others change by one field."""
    assert check_request(cabinet, FILLED).request is not None


def test_what_was_right_is_kept_and_nothing_is_sent(documents: None, cabinet: Cabinet) -> None:
    page = _sent(Browser(), contact="")
    assert page.status == 200
    assert "<title>Ошибка: " in page.text
    values = page.forms()[0].values
    assert (values["name"], values["topic"], values["message"].strip()) == ("Анна", "login", "Не могу войти")
    with scope(cabinet):
        assert (Ticket.objects.count(), Message.objects.count()) == (0, 0)


def test_the_twenty_first_request_in_ten_minutes_waits(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    browser = Browser()
    pages = [_sent(browser, contact=f"m{number}@example.org") for number in range(21)]
    assert [page.status for page in pages] == [302] * 20 + [429]
    assert "Подождите 10 минут" in pages[-1].text
    assert pages[-1].forms()[0].values["message"].strip() == "Не могу войти"
    with scope(cabinet):
        assert Ticket.objects.count() == 20
    assert _sent(Browser(remote="198.51.100.9")).status == 302
    wall.forward(minutes=10)
    assert _sent(browser).status == 302


def test_nobody_can_fill_a_strangers_mailbox(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    for number in range(10):
        _sent(Browser(remote=f"198.51.100.{number}"))
    with scope(cabinet):
        assert Message.objects.filter(recipient="anna@example.org").count() == 5
    assert _sent(Browser(remote="198.51.100.99"), contact="other@example.org").status == 302


def test_asking_for_help_does_not_use_up_the_tries_to_log_in(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    person = make_person(cabinet, with_login=True)
    browser = Browser()
    for _ in range(21):
        _sent(browser)
    assert logged_in(browser, person).status == 200


def test_a_member_finds_the_own_name_filled_in(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, with_login=True)
    browser = Browser()
    logged_in(browser, person)
    assert browser.get("/alpha/support").forms()[-1].values.get("name", "") or any(
        form.values.get("name") == person.full_name for form in browser.get("/alpha/support").forms()
    )


@pytest.mark.parametrize("token", ["x", "A" * 43, "ё", "%2e%2e"])
def test_a_ticket_that_is_not_there_is_not_found(documents: None, cabinet: Cabinet, token: str) -> None:
    _sent(Browser())
    assert Browser().get(f"/alpha/support/{token}").status == 404


def test_a_message_has_room_for_what_the_form_takes() -> None:
    assert isinstance(Ticket._meta.get_field("message"), TextField)
