"""Cookies of cabinets on one host never meet."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import set_script_prefix
from pytest_django import Settings

from openlk.cabinets.addressing import BY_PATH_KEY, ENVIRON_KEY
from openlk.cabinets.cookies import CookieKind, cookie_for, drop_cookie, read_cookie, set_cookie
from openlk.cabinets.loading import Cabinet

KINDS: list[tuple[CookieKind, str]] = [("session", ""), ("csrf", "-csrf"), ("visit", "-visit"), ("region", "-region")]


@pytest.fixture(autouse=True)
def _prefix_again() -> Iterator[None]:
    yield
    set_script_prefix("/")


def _request(cabinet: Cabinet, *, by_path: bool, secure: bool = False, cookie: str = "") -> HttpRequest:
    request = RequestFactory().get("/", secure=secure, headers={"cookie": cookie})
    request.environ.update({ENVIRON_KEY: cabinet, BY_PATH_KEY: by_path})
    set_script_prefix(f"/{cabinet.slug}/" if by_path else "/")
    return request


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_by_path_the_name_and_the_path_are_the_cabinets(cabinet: Cabinet, kind: CookieKind, suffix: str) -> None:
    assert cookie_for(_request(cabinet, by_path=True), kind) == (f"openlk-alpha{suffix}", "/alpha/", False)


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_by_host_the_browser_itself_holds_it_to_the_host(cabinet: Cabinet, kind: CookieKind, suffix: str) -> None:
    request = _request(cabinet, by_path=False, secure=True)
    assert cookie_for(request, kind) == (f"__Host-openlk{suffix}", "/", True)


def test_by_host_over_plain_http_only_the_demo_works(cabinet: Cabinet) -> None:
    """Browsers refuse `__Host-` without TLS."""
    assert cookie_for(_request(cabinet, by_path=False), "session") == ("openlk", "/", False)


def test_production_cookies_are_secure_whatever_the_request_says(cabinet: Cabinet, settings: Settings) -> None:
    settings.MODE = "production"
    assert cookie_for(_request(cabinet, by_path=False), "session") == ("__Host-openlk", "/", True)
    assert cookie_for(_request(cabinet, by_path=True), "session").secure


def test_names_of_two_cabinets_differ(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    for kind, _ in KINDS:
        both = [cookie_for(_request(each, by_path=True), kind) for each in (cabinet, other_cabinet)]
        assert both[0].name != both[1].name
        assert both[0].path != both[1].path


def test_only_the_own_cookie_is_read(cabinet: Cabinet) -> None:
    cookies = "openlk=stock; openlk-beta=theirs; openlk-alpha=ours"
    assert read_cookie(_request(cabinet, by_path=True, cookie=cookies), "session") == "ours"
    assert read_cookie(_request(cabinet, by_path=True), "session") == ""


def test_a_cookie_is_closed_to_scripts_and_other_sites(cabinet: Cabinet) -> None:
    request, response = _request(cabinet, by_path=True), HttpResponse()
    set_cookie(request, response, "session", "secret", 60)
    morsel = response.cookies["openlk-alpha"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["max-age"]) == (True, "Lax", "/alpha/", 60)
    assert not morsel["domain"]


def test_a_dropped_cookie_is_forgotten_at_once(cabinet: Cabinet) -> None:
    request, response = _request(cabinet, by_path=True), HttpResponse()
    drop_cookie(request, response, "session")
    assert response.cookies["openlk-alpha"].value == ""
    assert response.cookies["openlk-alpha"]["max-age"] == 0
