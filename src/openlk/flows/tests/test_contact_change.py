"""What a signed-in person changes by themselves: phone, e-mail, password; always with a fresh proof and a notice."""

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.identity.models import LoginContact, Session
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.recovering import NEW_PASSWORD, NEW_PASSWORDS, code_in_sms, messages_to, newest
from tests.support.registering import logged_in
from tests.support.stage import Wall

PHONE_FLOW = "/alpha/me/flows/change_phone"
NEW_PHONE = "+79990001122"


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody with a login, whose contacts the register vouches for."""
    return make_person(cabinet, email="anna@example.org", with_login=True)


@pytest.fixture
def browser(person: Person) -> Browser:
    """The browser where this person has just logged in."""
    browser = Browser()
    logged_in(browser, person)
    return browser


def _contact(person: Person, kind: str) -> LoginContact:
    with scope(person.cabinet):
        found: LoginContact = LoginContact.objects.get(login=person.login, kind=kind)
    return found


def _asked(browser: Browser, phone: str = "8 999 000-11-22") -> Page:
    return browser.follow(browser.submit(browser.get(PHONE_FLOW), {"new_phone": phone}))


def _code_by_letter(person: Person) -> str:
    return newest(person.cabinet, person.email).values["code"]


def test_a_new_phone_needs_a_code_to_an_old_contact_and_one_to_itself(person: Person, browser: Browser) -> None:
    old_contact = _asked(browser)
    assert "a···@example.org" in old_contact.text
    itself = browser.follow(browser.submit(old_contact, {"code": _code_by_letter(person)}))
    assert "+7 ··· ··· 1122" in itself.text
    assert _contact(person, "phone").value == person.phone, "nothing is written yet"
    done = browser.follow(browser.submit(itself, {"code": code_in_sms(person, NEW_PHONE)}))
    assert "Номер телефона изменён" in done.text
    contact = _contact(person, "phone")
    assert (contact.value, contact.source) == (NEW_PHONE, "person")
    assert contact.vouched_at is not None


def test_the_old_contacts_are_told(person: Person, browser: Browser) -> None:
    itself = browser.follow(browser.submit(_asked(browser), {"code": _code_by_letter(person)}))
    browser.follow(browser.submit(itself, {"code": code_in_sms(person, NEW_PHONE)}))
    assert newest(person.cabinet, person.phone).letter == "contact_changed"
    notice = newest(person.cabinet, person.email)
    assert notice.letter == "contact_changed"
    assert NEW_PHONE not in str(notice.values), "the new one is named by its last digits"


def test_the_code_of_the_new_phone_alone_is_not_enough(person: Person, browser: Browser) -> None:
    page = _asked(browser)
    assert not messages_to(person.cabinet, NEW_PHONE), "nothing goes to the new phone before the old contact answered"
    for code in ("000000", "111111"):
        page = browser.submit(page, {"code": code})
    assert _contact(person, "phone").value == person.phone


def test_without_a_vouched_contact_people_help(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, phone="", email="", with_login=True)
    browser = Browser()
    logged_in(browser, person)
    page = browser.submit(browser.get(PHONE_FLOW), {"new_phone": "8 999 000-11-22"})
    assert "Нужна помощь поддержки" in browser.follow(page).text
    assert not messages_to(cabinet, NEW_PHONE)


def test_a_proof_older_than_ten_minutes_is_asked_for_again(person: Person, browser: Browser, wall: Wall) -> None:
    wall.forward(minutes=11)
    asked = browser.get(PHONE_FLOW)
    assert asked.location.startswith("/alpha/me/prove?next=")
    form = browser.follow(asked)
    assert "Подтвердите, что это Вы" in form.text
    assert "Пароль не подошёл" in browser.submit(form, {"password": "не тот пароль"}).text
    wall.forward(seconds=30)
    back = browser.follow(browser.submit(form, {"password": person.password}))
    assert "Новый номер телефона" in back.text


def test_a_proof_that_gets_old_on_the_way_is_asked_for_where_one_stands(
    person: Person, browser: Browser, wall: Wall
) -> None:
    page = _asked(browser)
    code = _code_by_letter(person)
    wall.forward(minutes=9.5)
    fresh = Browser()
    fresh.jar = dict(browser.jar)
    wall.forward(minutes=1)
    sent = browser.submit(page, {"code": code})
    assert sent.location.startswith("/alpha/me/prove?next=/alpha/me/flows/change_phone/")
    back = browser.follow(browser.submit(browser.follow(sent), {"password": person.password}))
    assert "Подтвердите, что это Вы" in back.text


def test_another_session_does_not_walk_the_run(person: Person, browser: Browser) -> None:
    page = _asked(browser)
    other = Browser()
    logged_in(other, person)
    assert other.get(page.address).status == 404
    stolen = Browser()
    stolen.jar = {key: value for key, value in browser.jar.items() if key[0] == "openlk-alpha-visit"}
    assert "Вход" in stolen.follow(stolen.get(page.address)).text or stolen.get(page.address).status == 404
    with scope(person.cabinet):
        assert Run.objects.get().position == 1


def test_a_new_password_ends_the_other_sessions_only(person: Person, browser: Browser) -> None:
    other = Browser()
    logged_in(other, person)
    done = browser.follow(browser.submit(browser.get("/alpha/me/flows/change_password"), NEW_PASSWORDS))
    assert "Пароль изменён" in done.text
    assert "Здравствуйте" in browser.get("/alpha/me/").text
    assert other.get("/alpha/me/").status == 302
    assert newest(person.cabinet, person.email).letter == "password_changed"
    with scope(person.cabinet):
        assert Session.objects.filter(login=person.login).count() == 1
    again = Browser()
    form = again.get("/alpha/login")
    values = {"login": person.union_card, "password": NEW_PASSWORD}
    assert "Здравствуйте" in again.follow(again.submit(form, values)).text


def test_a_guest_is_sent_to_the_login_page(documents: None) -> None:
    assert Browser().get(PHONE_FLOW).location.startswith("/alpha/login?next=")
    assert Browser().get("/alpha/me/prove").location.startswith("/alpha/login")


@pytest.mark.parametrize("name", ["registration", "recovery", "no_such_flow"])
def test_only_flows_of_the_signed_in_begin_here(browser: Browser, name: str) -> None:
    assert browser.get(f"/alpha/me/flows/{name}").status == 404


def test_the_profile_leads_to_every_change(browser: Browser) -> None:
    text = browser.get("/alpha/me/profile").text
    for name in ("change_phone", "change_email", "change_password"):
        assert f"/alpha/me/flows/{name}" in text


def test_back_to_where_the_proof_was_asked_for_and_nowhere_else(person: Person, browser: Browser) -> None:
    form = browser.get("/alpha/me/prove?next=https://elsewhere.example/")
    assert browser.submit(form, {"password": person.password}).location == "/alpha/me/"
