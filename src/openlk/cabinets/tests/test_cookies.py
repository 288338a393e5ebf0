"""Cookies of cabinets on one host never meet."""

from http.cookies import Morsel

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import set_script_prefix
from pytest_django.fixtures import SettingsWrapper

from openlk.cabinets.addressing import BY_PATH_KEY, ENVIRON_KEY
from openlk.cabinets.cookies import CookieKind, cookie_for, drop_cookie, read_cookie, set_cookie
from openlk.cabinets.loading import Cabinet
from tests.support.browser import Browser

KINDS: list[tuple[CookieKind, str]] = [("session", ""), ("csrf", "-csrf"), ("visit", "-visit"), ("region", "-region")]


def _request(cabinet: Cabinet, *, by_path: bool, secure: bool = False, cookie: str = "") -> object:
    extra = {ENVIRON_KEY: cabinet, BY_PATH_KEY: by_path, "HTTP_COOKIE": cookie}
    request = RequestFactory().get("/", secure=secure, **extra)  # type: ignore[arg-type]  # keys of our own in environ
    set_script_prefix(f"/{cabinet.slug}/" if by_path else "/")
    return request


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_by_path_the_name_and_the_path_are_the_cabinets(cabinet: Cabinet, kind: CookieKind, suffix: str) -> None:
    assert cookie_for(_request(cabinet, by_path=True), kind) == (f"openlk-alpha{suffix}", "/alpha/", False)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_by_host_the_browser_itself_holds_it_to_the_host(cabinet: Cabinet, kind: CookieKind, suffix: str) -> None:
    request = _request(cabinet, by_path=False, secure=True)
    assert cookie_for(request, kind) == (f"__Host-openlk{suffix}", "/", True)  # type: ignore[arg-type]
