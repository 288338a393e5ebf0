"""The way back in: by letter, by SMS, and for whom it is a way in at all."""

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.flows.steps.send_code import NONE_LEFT, WRONG
from openlk.identity.models import LoginContact, Session
from openlk.messages.models import Message
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.recovering import (
    NEW_PASSWORD,
    NEW_PASSWORDS,
    asked,
    code_in_sms,
    confirmed,
    link_in_letter,
    messages_to,
    newest,
    path_of,
    recovered,
)
from tests.support.registering import logged_in
from tests.support.stage import Wall

CODE_FORM, AGAIN_FORM = 0, 1


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody with a login, whose contacts the register vouches for."""
    return make_person(cabinet, email="anna@example.org", with_login=True)


def log_in(browser: Browser, person: Person, password: str) -> Page:
    """Where a try to log in leads."""
    form = browser.get(f"/{person.cabinet.slug}/login")
    return browser.follow(browser.submit(form, {"login": person.union_card, "password": password}))


def _sessions(person: Person) -> int:
    with scope(person.cabinet):
        return Session.objects.filter(login=person.login).count()


def test_a_letter_leads_to_a_new_password(person: Person) -> None:
    browser = Browser()
    page = asked(browser, person.cabinet, person.union_card)
    assert "Проверьте почту" in page.text
    assert "anna@example.org" not in page.text
    screen = confirmed(browser, link_in_letter(person))
    assert "Новый пароль" in screen.text
    assert "Пароль изменён" in browser.follow(browser.submit(screen, NEW_PASSWORDS)).text
    assert "Здравствуйте" in log_in(Browser(), person, NEW_PASSWORD).text
    assert "не подошли" in log_in(Browser(), person, person.password).text


def test_all_sessions_end_and_every_contact_is_told(person: Person) -> None:
    logged_in(Browser(), person)
    logged_in(Browser(), person)
    assert _sessions(person) == 2
    recovered(Browser(), person)
    assert _sessions(person) == 0
    assert newest(person.cabinet, person.email).letter == "password_changed"
    assert newest(person.cabinet, person.phone).letter == "password_changed"


def test_opening_the_link_uses_nothing_up(person: Person) -> None:
    """A mail scanner opens it first, several times, from elsewhere."""
    asked(Browser(), person.cabinet, person.union_card)
    link = link_in_letter(person)
    for _ in range(3):
        assert Browser(remote="198.51.100.77").get(link).status == 200
    assert "Новый пароль" in confirmed(Browser(), link).text


def test_a_link_is_used_once(person: Person) -> None:
    asked(Browser(), person.cabinet, person.union_card)
    link = link_in_letter(person)
    confirmed(Browser(), link)
    again = Browser().get(link)
    assert again.status == 410
    assert "Ссылка больше не действует" in again.text


def test_the_link_goes_on_in_the_browser_that_confirms_it(person: Person) -> None:
    first, phone = Browser(), Browser()
    page = asked(first, person.cabinet, person.union_card)
    screen = confirmed(phone, link_in_letter(person))
    assert first.get(page.address).status == 404, "who only asked does not come in by somebody else's letter"
    assert "Пароль изменён" in phone.follow(phone.submit(screen, NEW_PASSWORDS)).text


def test_another_letter_ends_the_link_before(person: Person) -> None:
    browser = Browser()
    page = asked(browser, person.cabinet, person.union_card)
    old = link_in_letter(person)
    again = browser.follow(browser.submit(page))
    assert "Отправили ещё раз" in again.text
    assert Browser().get(old).status == 410
    assert "Новый пароль" in confirmed(browser, link_in_letter(person)).text


def test_a_link_lives_an_hour(person: Person, wall: Wall) -> None:
    asked(Browser(), person.cabinet, person.union_card)
    link = link_in_letter(person)
    wall.forward(minutes=59)
    assert Browser().get(link).status == 200
    wall.forward(minutes=2)
    assert Browser().get(link).status == 410


def test_a_code_leads_to_a_new_password(person: Person) -> None:
    browser = Browser()
    page = asked(browser, person.cabinet, person.union_card, "recovery_sms")
    assert "Код подтверждения" in page.text
    assert person.phone[-4:] not in page.text
    screen = browser.follow(browser.submit(page, {"code": code_in_sms(person)}))
    assert "Пароль изменён" in browser.follow(browser.submit(screen, NEW_PASSWORDS)).text
    assert "Здравствуйте" in log_in(Browser(), person, NEW_PASSWORD).text


def test_wrong_codes_are_counted_over_all_codes(person: Person, wall: Wall) -> None:
    """Ten tries a day in all, however many codes were asked for."""
    browser = Browser()
    page = asked(browser, person.cabinet, person.union_card, "recovery_sms")
    compared = 0
    for _ in range(5):
        wrong = f"{(int(code_in_sms(person)) + 1) % 10**6:06d}"
        for _ in range(8):
            page = browser.submit(page, {"code": wrong}, CODE_FORM)
            compared += WRONG in page.text
            wall.forward(minutes=1)
        wall.forward(minutes=16)
        page = browser.follow(browser.submit(page, None, AGAIN_FORM))
    assert 6 <= compared <= 10


def test_a_code_that_is_used_up_says_so(person: Person, wall: Wall) -> None:
    browser = Browser()
    page = asked(browser, person.cabinet, person.union_card, "recovery_sms")
    wall.forward(minutes=11)
    assert NONE_LEFT in browser.submit(page, {"code": code_in_sms(person)}, CODE_FORM).text


def test_a_code_opens_only_the_run_it_was_sent_for(person: Person) -> None:
    asked(Browser(), person.cabinet, person.union_card, "recovery_sms")
    code = code_in_sms(person)
    stranger = Browser(remote="198.51.100.9")
    page = asked(stranger, person.cabinet, person.union_card, "recovery_sms")
    assert code_in_sms(person) != code
    assert WRONG in stranger.submit(page, {"code": code}).text


@pytest.mark.parametrize("flow", ["recovery", "recovery_sms"])
def test_who_is_not_known_sees_the_same_and_nothing_is_sent(person: Person, flow: str) -> None:
    with scope(person.cabinet):
        before = Message.objects.exclude(state="decoy").count()
    known = asked(Browser(), person.cabinet, person.union_card, flow)
    unknown = asked(Browser(remote="198.51.100.2"), person.cabinet, "9999999", flow)
    assert known.status == unknown.status == 200
    with scope(person.cabinet):
        runs = {str(run.pk): run for run in Run.objects.all()}
        sent = Message.objects.exclude(state="decoy").count() - before
    assert sent == 1, "to the one who is known"
    assert _without_run(known, runs) == _without_run(unknown, runs)


def _without_run(page: Page, runs: dict[str, Run]) -> str:
    """The page without what tells any two runs apart, and without the form's own token."""
    text = page.text
    for run_id, run in runs.items():
        number = run.number
        spaced = f"{number[:3]} {number[3:6]} {number[6:8]} {number[8:]}"
        text = text.replace(run_id, "RUN").replace(run.status_token, "TOKEN").replace(spaced, "NUMBER")
    for form in page.forms():
        text = text.replace(form.values["csrfmiddlewaretoken"], "CSRF")
    return text


@pytest.mark.parametrize("code", ["000000", "12345678", "", "абв"])
def test_nobody_never_gets_past_the_code(person: Person, code: str) -> None:
    browser = Browser()
    page = asked(browser, person.cabinet, "9999999", "recovery_sms")
    with scope(person.cabinet):
        show = Message.objects.filter(state="decoy").order_by("-pk").first()
    assert show is not None
    for typed in (code, show.values["code"]):
        page = browser.submit(page, {"code": typed}, CODE_FORM)
        assert "Новый пароль" not in page.text
        assert "Код подтверждения" in page.text


def test_the_true_holder_takes_back_what_a_stranger_made(documents: None, cabinet: Cabinet) -> None:
    """The stranger knew name and card, typed an address of their own, and is in."""
    holder = make_person(cabinet, email="anna@example.org")
    stranger = Browser(remote="198.51.100.9")
    form = stranger.get("/alpha/register")
    consents = {"consent_personal-data": "1", "consent_rules": "1"}
    values = {"full_name": holder.full_name, "union_card": holder.union_card, **consents}
    contacts = stranger.follow(stranger.submit(form, values))
    theirs = {"password": "чужой пароль тут", "password_again": "чужой пароль тут", "email": "thief@example.net"}
    assert "Личный кабинет создан" in stranger.follow(stranger.submit(contacts, theirs)).text
    log_in(stranger, holder, "чужой пароль тут")
    # The holder is told that there is a cabinet, and how to take it back.
    browser = Browser()
    assert "Восстановить доступ" in browser.follow(registered_first(browser, holder)).text
    recovered(browser, holder)
    assert "Вход" in stranger.follow(stranger.get("/alpha/me/")).text
    with scope(cabinet):
        assert not LoginContact.objects.filter(value="thief@example.net").exists()
    assert newest(cabinet, "thief@example.net").letter == "password_changed"
    # And the stranger's address does not bring them back.
    count = len(messages_to(cabinet, "thief@example.net"))
    asked(stranger, cabinet, holder.union_card)
    assert len(messages_to(cabinet, "thief@example.net")) == count
    assert "Здравствуйте" in log_in(browser, holder, NEW_PASSWORD).text


def registered_first(browser: Browser, person: Person) -> Page:
    """The first screen of a registration, sent by somebody who has a login already."""
    form = browser.get("/alpha/register")
    consents = {"consent_personal-data": "1", "consent_rules": "1"}
    return browser.submit(form, {"full_name": person.full_name, "union_card": person.union_card, **consents})


def test_an_own_address_that_nobody_vouched_for_still_leads_back(documents: None, cabinet: Cabinet) -> None:
    """The register's address is old: both get a letter, and the new one works, without the force of a vouched one."""
    person = make_person(cabinet, email="old@example.org")
    browser = Browser()
    form = browser.follow(registered_first(browser, person))
    passwords = {"password": person.password, "password_again": person.password}
    browser.follow(browser.submit(form, {**passwords, "email": "new@example.org"}))
    asked(browser, cabinet, person.union_card)
    old, new = link_in_letter(person, "old@example.org"), link_in_letter(person, "new@example.org")
    screen = confirmed(browser, new)
    assert Browser().get(old).status == 410
    browser.follow(browser.submit(screen, NEW_PASSWORDS))
    with scope(cabinet):
        assert LoginContact.objects.filter(value="new@example.org").exists()


def test_a_login_without_contacts_is_told_nothing_else(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, phone="", email="", with_login=True)
    page = asked(Browser(), cabinet, person.union_card)
    assert "Проверьте почту" in page.text
    with scope(cabinet):
        assert not Message.objects.exclude(state="decoy").exists()


def test_the_page_names_all_three_ways_to_people(documents: None, cabinet: Cabinet) -> None:
    text = Browser().get("/alpha/recover").text
    assert "/alpha/support?topic=password" in text
    assert cabinet.profile.support_phone in text
    assert f"mailto:{cabinet.profile.support_email}" in text


def test_a_bad_password_is_explained_and_the_link_is_not_lost(person: Person) -> None:
    browser = Browser()
    asked(browser, person.cabinet, person.union_card)
    screen = confirmed(browser, link_in_letter(person))
    page = browser.submit(screen, {"password": "короткий", "password_again": "короткий"})
    assert "нужно не меньше" in page.text
    page = browser.submit(page, {"password": NEW_PASSWORD, "password_again": "другой пароль совсем"})
    assert "не совпадают" in page.text
    page = browser.submit(page, {"password": person.union_card, "password_again": person.union_card})
    assert "Ваш" in page.text
    assert "Пароль изменён" in browser.follow(browser.submit(page, NEW_PASSWORDS)).text


def test_a_run_of_recovery_is_not_offered_as_a_registration(person: Person) -> None:
    browser = Browser()
    asked(browser, person.cabinet, person.union_card)
    assert "Продолжить восстановление доступа" in browser.get("/alpha/recover").text
    assert "Вы уже начинали" not in browser.get("/alpha/register").text


def test_a_link_of_one_cabinet_is_none_in_another(person: Person, other_cabinet: Cabinet) -> None:
    asked(Browser(), person.cabinet, person.union_card)
    elsewhere = link_in_letter(person).replace("/alpha/", f"/{other_cabinet.slug}/")
    assert Browser().get(elsewhere).status == 410
    assert path_of("http://localhost/alpha/confirm/x") == "/alpha/confirm/x"


def test_who_proved_a_contact_and_waited_is_overtaken_by_who_recovers(documents: None, cabinet: Cabinet) -> None:
    """A stranger stands before the field for the new password, by their own address; the holder recovers meanwhile."""
    holder = make_person(cabinet, email="anna@example.org")
    stranger = Browser(remote="198.51.100.9")
    form = stranger.follow(registered_first(stranger, holder))
    passwords = {"password": "чужой пароль тут", "password_again": "чужой пароль тут"}
    stranger.follow(stranger.submit(form, {**passwords, "email": "thief@example.net"}))
    asked(stranger, cabinet, holder.union_card)
    waiting = confirmed(stranger, link_in_letter(holder, "thief@example.net"))
    recovered(Browser(), holder)
    late = stranger.follow(stranger.submit(waiting, passwords))
    assert "Начните восстановление заново" in late.text
    assert "Здравствуйте" in log_in(Browser(), holder, NEW_PASSWORD).text


def test_a_proof_of_recovery_lives_an_hour(person: Person, wall: Wall) -> None:
    browser = Browser()
    asked(browser, person.cabinet, person.union_card)
    screen = confirmed(browser, link_in_letter(person))
    wall.forward(minutes=61)
    assert "Начните восстановление заново" in browser.follow(browser.submit(screen, NEW_PASSWORDS)).text
