"""How an address leads to a cabinet: the WSGI wrapper, and the public addresses that letters hold."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.urls import set_script_prefix
from pytest_django import Settings

from openlk.cabinets import registry
from openlk.cabinets.addressing import BY_PATH_KEY, ENVIRON_KEY, CabinetAddress, base_url, by_path_allowed, public_url
from openlk.cabinets.definition import RESERVED_SLUGS
from openlk.cabinets.loading import Cabinet
from tests.support.definitions import changed


def _addressed(path: str, host: str = "localhost", query: str = "", script: str = "") -> dict[str, Any]:
    """What the wrapped application sees; `status` and `location` when the wrapper answered by itself."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], _: object) -> Iterable[bytes]:
        seen.update(environ)
        return []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        seen.update(status=status, location=dict(headers)["Location"])

    environ = {"PATH_INFO": path, "HTTP_HOST": host, "QUERY_STRING": query, "SCRIPT_NAME": script}
    CabinetAddress(application)(environ, start_response)
    return seen


def _place(seen: dict[str, Any]) -> tuple[str | None, str, str, bool]:
    found: Cabinet | None = seen[ENVIRON_KEY]
    return found.slug if found else None, seen["SCRIPT_NAME"], seen["PATH_INFO"], seen[BY_PATH_KEY]


@pytest.fixture
def alone(cabinet: Cabinet) -> Iterator[Cabinet]:
    """The installation has this one cabinet only."""
    with _only(cabinet):
        yield cabinet


@contextmanager
def _only(*wanted: Cabinet) -> Iterator[None]:
    with registry.added():
        registry._loaded().clear()
        registry._loaded().update({each.slug: each for each in wanted})
        yield


def test_by_path_the_slug_moves_to_script_name(cabinet: Cabinet) -> None:
    assert _place(_addressed("/alpha/login")) == ("alpha", "/alpha", "/login", True)
    assert _place(_addressed("/alpha/")) == ("alpha", "/alpha", "/", True)


def test_a_folder_in_front_stays_in_front(cabinet: Cabinet) -> None:
    assert _place(_addressed("/alpha/login", script="/lk")) == ("alpha", "/lk/alpha", "/login", True)


@pytest.mark.parametrize("host", ["alpha.example", "alpha.example:8443", "ALPHA.example"])
def test_by_host_the_path_stays_whole(cabinet: Cabinet, host: str) -> None:
    assert _place(_addressed("/login", host)) == ("alpha", "", "/login", False)


def test_at_its_host_another_cabinets_path_leads_nowhere_else(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    assert _place(_addressed("/beta/login", "alpha.example")) == ("alpha", "", "/beta/login", False)


@pytest.mark.parametrize(("query", "location"), [("", "/alpha/"), ("region=1", "/alpha/?region=1")])
def test_a_slug_without_a_slash_is_sent_to_its_folder(cabinet: Cabinet, query: str, location: str) -> None:
    seen = _addressed("/alpha", query=query)
    assert (seen["status"], seen["location"]) == ("301 Moved Permanently", location)


@pytest.mark.parametrize("path", ["/", "", "/nosuch/", "/alphabet/", "/Alpha/", "//alpha/", "/login"])
def test_an_unknown_path_reaches_no_cabinet(cabinet: Cabinet, path: str) -> None:
    assert _place(_addressed(path)) == (None, "", path, False)


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_a_reserved_segment_reaches_no_cabinet(cabinet: Cabinet, slug: str) -> None:
    assert _place(_addressed(f"/{slug}/"))[0] is None


@pytest.mark.parametrize("host", ["", "[", "[::1]:80", "alpha.example.evil.example", "xalpha.example", "-"])
def test_a_strange_host_reaches_no_cabinet(cabinet: Cabinet, host: str) -> None:
    assert _place(_addressed("/", host))[0] is None


def test_production_refuses_several_organisations_on_one_host(
    cabinet: Cabinet, other_cabinet: Cabinet, settings: Settings
) -> None:
    settings.MODE = "production"
    assert not by_path_allowed()
    assert _place(_addressed("/alpha/login"))[0] is None
    assert _place(_addressed("/login", "beta.example"))[0] == "beta"


def test_production_allows_it_when_told_so(cabinet: Cabinet, other_cabinet: Cabinet, settings: Settings) -> None:
    settings.MODE, settings.SHARED_HOST = "production", True
    assert _place(_addressed("/alpha/login")) == ("alpha", "/alpha", "/login", True)


def test_production_with_one_cabinet_needs_no_permission(alone: Cabinet, settings: Settings) -> None:
    settings.MODE = "production"
    assert _place(_addressed("/alpha/login")) == ("alpha", "/alpha", "/login", True)


def test_production_letters_name_the_cabinets_host(cabinet: Cabinet, settings: Settings) -> None:
    settings.MODE = "production"
    assert public_url(cabinet, "login") == "https://alpha.example/login"


def test_demo_letters_name_the_demos_address(cabinet: Cabinet, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:9000"
    assert public_url(cabinet, "login") == "http://localhost:9000/alpha/login"


def test_a_cabinet_without_a_host_is_named_by_its_path(cabinet: Cabinet, tmp_path: Path, settings: Settings) -> None:
    settings.MODE, settings.PUBLIC_URL = "production", "https://lk.example"
    assert base_url(changed(cabinet, tmp_path, {'hosts = ["alpha.example"]\n': ""})) == "https://lk.example/alpha"


def test_a_public_address_is_the_same_wherever_it_is_computed(cabinet: Cabinet, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:9000"
    found = set()
    for prefix in ("/", "/alpha/", "/beta/"):
        set_script_prefix(prefix)
        found.add(public_url(cabinet, "pass_check", token="x.y"))
    set_script_prefix("/")
    assert found == {"http://localhost:9000/alpha/pass/x.y"}
