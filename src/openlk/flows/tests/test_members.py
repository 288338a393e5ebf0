"""One member has one login, however many runs were begun."""

from datetime import timedelta

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.flows.schedule import expire_idle
from openlk.flows.walk import Visitor
from openlk.identity.models import Consent, Link, Login, LoginContact
from openlk.ledger.models import LedgerAccount
from openlk.messages.models import Message
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import first_screen, registered, second_screen
from tests.support.running import begun, matched
from tests.support.stage import Wall

PASSWORDS = {"password": "соль и хлеб", "password_again": "соль и хлеб"}
WEEK = timedelta(days=7)


def test_a_registration_leaves_everything_that_a_login_needs(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    person = make_person(cabinet, phone="+79123456789", email="old@example.org")
    browser = Browser()
    screen = second_screen(browser, person)
    browser.follow(browser.submit(screen, {**PASSWORDS, "email": "New@Example.org"}))
    with scope(cabinet):
        login = Login.objects.get()
        link = Link.objects.get(login=login)
        contacts = {each.kind: (each.value, each.source, each.vouched_at) for each in LoginContact.objects.all()}
        consents = {each.document: each for each in Consent.objects.filter(login=login)}
        letter = Message.objects.get()
        assert LedgerAccount.objects.filter(holder=person.holder).count() == 4
    assert (login.name, link.level, link.holder_id) == (person.union_card, "full", person.holder.pk)
    assert contacts == {
        "phone": ("+79123456789", "register", person.identifier.imported_at),
        "email": ("new@example.org", "person", None),
    }
    assert set(consents) == {"personal-data", "rules"}
    rules = consents["rules"]
    assert (rules.version, rules.channel, rules.address, rules.given_at) == (
        "2026-09-01",
        "box",
        "127.0.0.1",
        wall.at,
    )
    assert len(rules.text_sha256) == 64
    assert (letter.recipient, letter.letter) == ("new@example.org", "cabinet_created")
    assert letter.values["login"] == person.union_card
    assert letter.values["given_names"] == "Анна Петровна"
    assert letter.values["link"].endswith("/alpha/login")


def test_an_untouched_contact_keeps_the_registers_value(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, email="anna@example.org")
    screen = second_screen(Browser(), person)
    assert "anna@example.org" not in screen.text
    assert "a···@example.org" in screen.text
    assert screen.forms()[0].values["email"] == ""
    registered(Browser(), person)
    with scope(cabinet):
        assert set(LoginContact.objects.values_list("value", "source")) == {
            ("anna@example.org", "register"),
            ("+79123456789", "register"),
        }


def test_a_member_without_contacts_has_to_give_both(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, phone="", email="")
    browser = Browser()
    page = browser.submit(second_screen(browser, person), PASSWORDS)
    assert "Заполните поле «Номер мобильного телефона»." in page.text
    assert "Заполните поле «Адрес электронной почты»." in page.text
    done = browser.follow(browser.submit(page, {"phone": "8 912 345-67-89", "email": "a@example.org"}))
    assert "Личный кабинет создан" in done.text


def test_a_consent_that_was_not_given_stops_the_registration(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    form = browser.get("/alpha/register")
    assert "consent_rules" not in form.forms()[0].values, "no box is ticked beforehand"
    page = browser.submit(
        form, {"full_name": person.full_name, "union_card": person.union_card, "consent_personal-data": "1"}
    )
    assert "Поставьте отметку: правила системы АЛЬФА." in page.text
    assert page.forms()[0].values["consent_personal-data"] == "1"
    assert page.forms()[0].values["full_name"] == person.full_name


def test_of_two_browsers_the_second_is_told(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    first, second = Browser(), Browser()
    screens = [second_screen(browser, person) for browser in (first, second)]
    done = first.follow(first.submit(screens[0], PASSWORDS))
    late = second.follow(second.submit(screens[1], PASSWORDS))
    assert "Личный кабинет создан" in done.text
    assert (late.status, "Регистрация уже завершена" in late.text) == (410, True)
    with scope(cabinet):
        assert (Login.objects.count(), Message.objects.count()) == (1, 1)
        assert set(Run.objects.values_list("state", flat=True)) == {"done", "superseded"}


def test_a_superseded_run_forgets_its_answers(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    other = matched(person, Visitor("other", "198.51.100.9"))
    bystander = matched(make_person(cabinet, full_name="Ким Юн Су"))
    matched(person).second()
    assert (other.row().state, bytes(other.row().answers)) == ("superseded", b"")
    assert bystander.row().state == "active", "a control: somebody else's run goes on"


def test_a_run_that_reaches_the_end_second_is_refused_and_told(documents: None, cabinet: Cabinet) -> None:
    """As when both press «Сохранить» at once, and this one was not superseded in time."""
    person = make_person(cabinet)
    late = matched(person, Visitor("other", "198.51.100.9"))
    matched(person).second()
    with scope(cabinet):
        run = late.row()
        Run.objects.filter(pk=run.pk).update(state="active", answers=_sealed_second(person.cabinet))
    acted = late.second()
    assert (acted.run.state, acted.run.outcome) == ("refused", "taken")
    with scope(cabinet):
        assert Login.objects.count() == 1


def _sealed_second(cabinet: Cabinet) -> bytes:
    """The answers of somebody at the second screen."""
    spare = make_person(cabinet, full_name="Ли Ян Су")
    return bytes(matched(spare, Visitor("spare", "198.51.100.7")).row().answers)


def test_the_same_browser_goes_on_where_it_stopped(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    start = browser.get("/alpha/register")
    assert screen.address in start.text
    assert start.forms()[0].values["full_name"] == "", "the first form itself is blank"
    assert browser.get(screen.address).status == 200


def test_another_browser_gets_nothing(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    screen = second_screen(Browser(), person)
    page = Browser().get(screen.address)
    assert page.status == 404
    assert "Эта страница открывается только там, где Вы начали" in page.text
    for secret in ("Ковалёва", person.union_card, "6789", "···"):
        assert secret not in page.text.replace("8 (800)", "")
    other = Browser()
    token = other.get("/alpha/login").forms()[0].values["csrfmiddlewaretoken"]
    assert other.post(screen.address, {"csrfmiddlewaretoken": token, "version": "1", **PASSWORDS}).status == 404
    with scope(cabinet):
        assert not Login.objects.exists()


def test_a_stale_tab_is_told_and_loses_nothing(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    old_tab = second_screen(browser, person)
    browser.submit(old_tab, {**PASSWORDS, "phone": "12"})
    stale = browser.submit(old_tab, PASSWORDS)
    assert stale.location.endswith("?stale=1")
    page = browser.follow(stale)
    assert "устарела" in page.text
    assert "Пароль принят" in page.text


def test_sending_the_finished_form_again_shows_the_end(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    done = browser.follow(browser.submit(screen, PASSWORDS))
    again = browser.follow(browser.submit(screen, PASSWORDS))
    assert (again.address.partition("?")[0], again.status) == (done.address, 200)
    assert "Личный кабинет создан" in again.text


def test_the_end_shows_the_login_and_a_masked_address(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, email="anna@example.org")
    page = registered(Browser(), person)
    assert person.union_card in page.text
    assert "a···@example.org" in page.text
    assert "anna@example.org" not in page.text


def test_a_strange_version_is_a_stale_one(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    for version in ("", "x", "-1", "999", "²", "000000001" + "9" * 5000):
        sent = browser.post(screen.address, {**screen.forms()[0].values, **PASSWORDS, "version": version})
        assert sent.location.endswith("?stale=1"), version[:20]


def test_a_run_waits_a_week_from_the_last_act(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    wall.at += WEEK
    screen = browser.submit(browser.get(screen.address), {"phone": "12"})
    wall.at += WEEK
    assert browser.get(screen.address).status == 200
    wall.forward(seconds=1)
    page = browser.get(screen.address)
    assert (page.status, "Время на регистрацию вышло" in page.text) == (410, True)
    with scope(cabinet):
        run = Run.objects.get()
    assert (run.state, bytes(run.answers)) == ("expired", b"")
    assert "Продолжить регистрацию" not in browser.get("/alpha/register").text


def test_the_worker_expires_what_nobody_opens(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    old = begun(cabinet)
    wall.forward(days=6)
    young = begun(cabinet)
    waiting = begun(cabinet)
    with scope(cabinet):
        Run.objects.filter(pk=waiting.run_id).update(waiting_for="operator", acted_at=wall.at - 2 * WEEK)
    wall.forward(days=1, seconds=1)
    assert expire_idle(cabinet) == 1
    assert [walker.row().state for walker in (old, young, waiting)] == ["expired", "active", "active"]
    assert expire_idle(cabinet) == 0


def test_a_run_that_waits_for_somebody_else_does_not_expire(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    walker = begun(cabinet)
    with scope(cabinet):
        Run.objects.update(waiting_for="operator")
    wall.forward(days=60)
    assert walker.opened().run.state == "active"


def test_a_name_is_found_however_it_is_typed(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, full_name="Семёнова-Лапина Алёна Петровна", union_card="0012345678")
    browser = Browser()
    page = first_screen(browser, cabinet, "  семенова лапина   АЛЕНА петровна ", "00 1234-5678")
    assert "Контакты и пароль" in browser.follow(page).text
    assert person.holder.full_name == "Семёнова-Лапина Алёна Петровна"
