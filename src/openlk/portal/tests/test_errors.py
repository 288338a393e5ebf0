"""Pages for what went wrong: in the cabinet's look, with a way on."""

import logging

import pytest
from django.db import DatabaseError

from openlk.cabinets.loading import Cabinet
from openlk.content import views
from tests.support.people import PASSWORD, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import CONSENTS, logged_in

BRAND = 'data-cabinet="alpha"'


def _stale(browser: Browser, address: str, values: dict[str, str]) -> Page:
    """A form whose token has grown old: sent after the browser has lost its cookie."""
    form = browser.get(address).forms()[0]
    browser.jar = {key: value for key, value in browser.jar.items() if "csrf" not in key[0]}
    return browser.post(form.action, {**form.values, **values})


def test_a_missing_page_is_the_cabinets_own(documents: None, cabinet: Cabinet) -> None:
    page = Browser().get("/alpha/nosuch")
    assert page.status == 404
    assert BRAND in page.text
    assert 'href="/alpha/"' in page.text
    assert "8 (800) 000-00-01" in page.text


def test_outside_of_a_cabinet_a_missing_page_is_neutral(documents: None, cabinet: Cabinet) -> None:
    page = Browser().get("/nosuch/page")
    assert page.status == 404
    assert BRAND not in page.text
    assert "Такой страницы нет" in page.text


def test_a_member_keeps_the_menu_on_a_missing_page(documents: None, cabinet: Cabinet) -> None:
    browser = Browser()
    logged_in(browser, make_person(cabinet, with_login=True))
    page = browser.get("/alpha/me/nosuch")
    assert (page.status, "Профиль" in page.text) == (404, True)


@pytest.mark.parametrize("error", [ZeroDivisionError("secret detail"), DatabaseError("secret detail")])
def test_a_broken_page_is_branded_logged_and_tells_no_detail(
    documents: None,
    cabinet: Cabinet,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def broken(*_: object) -> object:
        raise error

    monkeypatch.setattr(views, "news_of", broken)
    with caplog.at_level(logging.ERROR, "django.request"):
        page = Browser().get("/alpha/news")
    assert page.status == 500
    assert BRAND in page.text
    assert "У нас что-то сломалось" in page.text
    assert "secret detail" not in page.text
    assert "secret detail" in caplog.text
    assert "Content-Security-Policy" in page.headers


def test_a_stale_form_keeps_the_answers_and_can_be_sent_again(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    page = _stale(
        browser, "/alpha/register", {"full_name": person.full_name, "union_card": person.union_card, **CONSENTS}
    )
    assert page.status == 403
    assert "Страница устарела" in page.text
    assert BRAND in page.text
    kept = page.forms()[0]
    assert kept.values["full_name"] == person.full_name
    assert kept.values["union_card"] == person.union_card
    assert "Контакты и пароль" in browser.follow(browser.submit(page)).text


def test_a_stale_form_keeps_no_password(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, with_login=True)
    page = _stale(Browser(), "/alpha/login", {"login": person.union_card, "password": PASSWORD})
    assert page.status == 403
    assert page.forms()[0].values.get("login") == person.union_card
    assert PASSWORD not in page.text
    assert not any("password" in name for name in page.forms()[0].values)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://localhost.evil.example", "https://localhost"]
)
def test_another_sites_form_gets_no_second_chance(documents: None, cabinet: Cabinet, origin: str) -> None:
    values = {"name": "Мария", "contact": "m@example.org", "topic": "login", "message": "x"}
    page = Browser().post("/alpha/support", values, {"Origin": origin})
    assert page.status == 403
    assert "Мария" not in page.text
    assert page.forms() == []


def test_another_sites_form_is_refused_with_a_good_token_too(documents: None, cabinet: Cabinet) -> None:
    browser = Browser()
    form = browser.get("/alpha/support").forms()[0]
    values = {**form.values, "name": "Мария", "contact": "m@example.org", "topic": "login", "message": "x"}
    assert browser.post("/alpha/support", values, {"Origin": "https://evil.example"}).status == 403
    assert browser.post("/alpha/support", values).status == 302, "a control: from our own page it is taken"


@pytest.mark.parametrize(
    ("path", "values"),
    [("news?page=%00", None), ("documents/rules?version=%00", None), ("support", {"message": "a\x00b"})],
)
def test_a_nul_is_refused_before_it_reaches_the_database(
    documents: None, cabinet: Cabinet, path: str, values: dict[str, str] | None
) -> None:
    browser = Browser()
    if values is None:
        page = browser.get(f"/alpha/{path}")
    else:
        form = browser.get(f"/alpha/{path}").forms()[0]
        page = browser.post(form.action, {**form.values, **values})
    assert page.status == 400
    assert BRAND in page.text


@pytest.mark.parametrize("host", ["alpha_example!", "a b", "[", "alpha.example:99999999"])
def test_a_host_that_is_none_is_refused_politely(documents: None, cabinet: Cabinet, host: str) -> None:
    assert Browser(host).get("/").status < 500
    assert Browser(host).get("/alpha/login").status < 500


def test_a_form_that_is_too_large_is_refused(documents: None, cabinet: Cabinet) -> None:
    page = Browser().post("/alpha/support", {"message": "я" * 200_000})
    assert page.status in {400, 413}
    assert BRAND in page.text


@pytest.mark.parametrize(("path", "allow"), [("/alpha/logout", "POST"), ("/livez", "GET, HEAD")])
def test_a_wrong_method_gets_a_page_that_says_what_to_do(
    documents: None, cabinet: Cabinet, path: str, allow: str
) -> None:
    method = "GET" if allow == "POST" else "OPTIONS"
    page = Browser()._request(method, path, b"", {})
    assert (page.status, page.headers["Allow"]) == (405, allow)
    assert "Эта страница открывается иначе" in page.text
    assert (BRAND in page.text) is path.startswith("/alpha/")


def test_a_form_that_is_too_large_says_so(documents: None, cabinet: Cabinet) -> None:
    page = Browser().post("/alpha/support", {"message": "я" * 200_000})
    assert page.status == 413
    assert "Слишком много текста" in page.text
    assert Browser().post("/alpha/support", {"message": "я" * 20}).status == 403, "a control"
