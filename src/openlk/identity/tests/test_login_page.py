"""The login page."""

from threading import BoundedSemaphore

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.identity import passwords
from openlk.identity.views import WRONG_PAIR
from tests.support.people import PASSWORD, Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import logged_in, second_screen
from tests.support.stage import Wall


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login."""
    return make_person(cabinet, with_login=True)


def _sent(browser: Browser, login: str, password: str) -> Page:
    return browser.submit(browser.get("/alpha/login"), {"login": login, "password": password})


def test_a_right_pair_leads_home(person: Person) -> None:
    browser = Browser()
    home = logged_in(browser, person)
    assert (home.address, home.status) == ("/alpha/me/", 200)
    assert "Анна Петровна" in home.text


def test_who_is_in_already_is_sent_home(person: Person) -> None:
    browser = Browser()
    logged_in(browser, person)
    assert browser.get("/alpha/login").location == "/alpha/me/"


def test_an_unknown_login_reads_the_same_page_as_a_wrong_password(person: Person) -> None:
    pages = []
    for login in (person.union_card, "9999999999"):
        browser = Browser()
        page = _sent(browser, login, "не тот пароль")
        token = page.forms()[0].values["csrfmiddlewaretoken"]
        pages.append(page.text.replace(token, "").replace(login, "…"))
        assert page.status == 200
    assert pages[0] == pages[1]
    assert WRONG_PAIR in pages[0]


def test_the_name_is_kept_and_the_password_is_not(person: Person) -> None:
    page = _sent(Browser(), person.union_card, "не тот пароль")
    assert page.forms()[0].values["login"] == person.union_card
    assert "не тот пароль" not in page.text
    assert "<title>Ошибка: " in page.text


@pytest.mark.parametrize(
    ("login", "password", "words"),
    [
        ("", "x", ["Введите логин."]),
        ("1", "", ["Введите пароль."]),
        ("  ", "", ["Введите логин.", "Введите пароль."]),
    ],
)
def test_an_empty_field_is_named(person: Person, login: str, password: str, words: list[str]) -> None:
    page = _sent(Browser(), login, password)
    assert [word in page.text for word in words] == [True] * len(words)


def test_the_fourth_miss_says_how_long_to_wait(person: Person, wall: Wall) -> None:
    browser = Browser()
    pages = [_sent(browser, person.union_card, "не тот пароль") for _ in range(5)]
    assert [page.status for page in pages] == [200, 200, 200, 200, 429]
    assert pages[-1].headers["Retry-After"] == "5"
    assert "Подождите 5 секунд" in pages[-1].text
    wall.forward(seconds=5)
    assert _sent(browser, person.union_card, PASSWORD).status == 302


def test_a_guest_comes_back_to_where_the_guest_wanted_to_go(person: Person) -> None:
    browser = Browser()
    page = browser.get("/alpha/me/profile")
    assert page.location == "/alpha/login?next=/alpha/me/profile"
    form = browser.follow(page)
    mistaken = browser.submit(form, {"login": person.union_card, "password": "не тот пароль"})
    sent = browser.submit(mistaken, {"password": PASSWORD})
    assert sent.location == "/alpha/me/profile"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "me/", ""]
)
def test_nobody_is_sent_to_another_host(person: Person, wanted: str) -> None:
    browser = Browser()
    form = browser.get("/alpha/login").forms()[0]
    values = {**form.values, "login": person.union_card, "password": PASSWORD}
    assert browser.post(f"/alpha/login?next={wanted}", values).location == "/alpha/me/"


def test_the_session_cookie_is_closed_to_scripts_and_other_cabinets(person: Person) -> None:
    page = _sent(Browser(), person.union_card, PASSWORD)
    (cookie,) = [line for line in page.cookies if line.startswith("openlk-alpha=")]
    attributes = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "path", "samesite"} <= attributes
    assert "Path=/alpha/" in cookie
    assert "SameSite=Lax" in cookie


def test_the_form_token_changes_with_the_login(person: Person) -> None:
    browser = Browser()
    before = browser.get("/alpha/login")
    secret = browser.jar["openlk-alpha-csrf", "/alpha/"]
    browser.submit(before, {"login": person.union_card, "password": PASSWORD})
    assert browser.jar["openlk-alpha-csrf", "/alpha/"] != secret


@pytest.mark.parametrize("path", ["me/", "me/profile", "me/pass", "me/pass.svg"])
def test_a_guest_sees_no_members_page(person: Person, path: str) -> None:
    page = Browser().get(f"/alpha/{path}")
    assert (page.status, page.location) == (302, f"/alpha/login?next=/alpha/{path}")


def test_logging_out_by_a_link_is_impossible(person: Person) -> None:
    browser = Browser()
    logged_in(browser, person)
    assert browser.get("/alpha/logout").status == 405
    assert browser.get("/alpha/me/").status == 200


def test_when_every_processor_is_busy_the_page_says_so_and_keeps_the_name(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_slots", BoundedSemaphore(1))
    with passwords._slots:
        page = _sent(Browser(), person.union_card, person.password)
    assert (page.status, page.headers["Retry-After"]) == (503, "30")
    assert "Сейчас входит очень много людей" in page.text
    assert page.forms()[0].values["login"] == person.union_card


def test_elsewhere_a_busy_processor_keeps_the_answers_and_not_the_password(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a password is typed: here the second screen of a registration."""
    newcomer = make_person(person.cabinet)
    browser = Browser()
    screen = second_screen(browser, newcomer)
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_slots", BoundedSemaphore(1))
    with passwords._slots:
        page = browser.submit(screen, {"password": PASSWORD, "password_again": PASSWORD})
    assert (page.status, page.headers["Retry-After"]) == (503, "30")
    assert PASSWORD not in page.text
    kept = page.forms()[0].values
    assert not any("password" in name for name in kept)
    again = browser.submit(page)
    assert again.status < 500
