"""Headers that every answer of the product carries."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.config.middleware import Headers
from tests.support.people import make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import logged_in

MUST = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PATHS = [
    "/",
    "/nosuch",
    "/livez",
    "/readyz",
    "/alpha/",
    "/alpha/login",
    "/alpha/register",
    "/alpha/support",
    "/alpha/news",
    "/alpha/offers",
    "/alpha/documents/rules",
    "/alpha/pass/x",
    "/alpha/nosuch",
    "/alpha/me/",
    "/alpha/me",
    "/alpha/me/profile",
    "/alpha/me/pass",
    "/alpha/me/pass.svg",
]


def _directives(page: Page) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in page.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("signed_in", [False, True], ids=["guest", "member"])
def test_every_answer_carries_them(documents: None, cabinet: Cabinet, signed_in: bool) -> None:
    browser = Browser()
    if signed_in:
        logged_in(browser, make_person(cabinet, with_login=True))
    for path in PATHS:
        page = browser.get(path)
        assert {name: page.headers.get(name) for name in MUST} == MUST, path
        policy = _directives(page)
        assert policy["default-src"] == "'self'", path
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'", path
        assert policy["form-action"] == "'self'", path
        assert "unsafe" not in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/alpha/login", "/alpha/register", "/alpha/support", "/alpha/logout"])
def test_a_refused_form_carries_them_too(documents: None, cabinet: Cabinet, path: str) -> None:
    page = Browser().post(path, {})
    assert page.status == 403
    assert {name: page.headers.get(name) for name in MUST} == MUST


def test_a_page_may_set_a_stricter_one_itself() -> None:
    """The header of a view stands; what it does not set is added."""

    def view(_: object) -> HttpResponse:
        return HttpResponse(headers={"Referrer-Policy": "no-referrer"})

    answered = Headers(view)(RequestFactory().get("/"))
    assert answered["Referrer-Policy"] == "no-referrer"
    assert answered["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("mode", ["demo", "production"])
def test_production_tells_browsers_to_stay_with_tls(settings: Settings, mode: str) -> None:
    settings.MODE = mode
    answered = Headers(lambda _: HttpResponse())(RequestFactory().get("/"))
    assert ("Strict-Transport-Security" in answered) == (mode == "production")


def test_no_page_holds_what_the_policy_forbids(documents: None, cabinet: Cabinet) -> None:
    browser = Browser()
    logged_in(browser, make_person(cabinet, with_login=True))
    for path in PATHS:
        text = browser.get(path).text
        for forbidden in (" style=", " onclick=", " onload=", "<style", "javascript:"):
            assert forbidden not in text, (path, forbidden)
        for script in text.split("<script")[1:]:
            assert script.lstrip().startswith("src="), path
