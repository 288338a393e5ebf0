"""One cabinet's page is never served to another; constant calls are computed when a page is compiled."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from django.urls import set_script_prefix

from openlk.cabinets import templates
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.templates import FoldingEnvironment, render
from tests.support.definitions import changed

PAGE = "look/logo.html"


@pytest.fixture(autouse=True)
def _prefix_again() -> Iterator[None]:
    yield
    set_script_prefix("/")


def test_each_cabinet_shows_its_own_override(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    for _ in range(2):  # the second time from the cache
        assert 'data-cabinet="alpha"' in render(cabinet, PAGE, {})
        assert 'data-cabinet="beta"' in render(other_cabinet, PAGE, {})


def test_a_cache_keyed_by_name_alone_would_leak(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    """A control of the leak test: with the trap set, the second cabinet is served the first one's page."""
    first: list[FoldingEnvironment] = []

    def by_name_alone(_: Cabinet) -> FoldingEnvironment:
        return first[0]

    first.append(templates._environment(cabinet, "/"))
    leaked = by_name_alone(other_cabinet).get_template(PAGE).render()
    assert 'data-cabinet="beta"' not in leaked
    assert 'data-cabinet="alpha"' in leaked


def test_a_cabinet_without_an_override_shows_the_engines(cabinet: Cabinet, tmp_path: Path) -> None:
    plain = changed(cabinet, tmp_path, {})
    (plain.folder / "templates" / PAGE).unlink()
    assert "data-cabinet" not in render(plain, PAGE, {})
    assert 'data-cabinet="alpha"' in render(cabinet, PAGE, {})


def test_the_same_slug_from_another_folder_is_another_cabinet(cabinet: Cabinet, tmp_path: Path) -> None:
    render(cabinet, PAGE, {})
    copy = changed(cabinet, tmp_path, {})
    (copy.folder / "templates" / PAGE).write_text("копия", encoding="utf-8")
    assert render(copy, PAGE, {}) == "копия"


def test_constant_addresses_are_folded_into_the_compiled_page(cabinet: Cabinet) -> None:
    set_script_prefix("/alpha/")
    source = "{{ url('login') }} {{ static('look/openlk.css') }} {{ icon('check') }}"
    environment = templates._environment(cabinet, "/alpha/")
    compiled = environment.compile(source, raw=True)
    assert "/alpha/login" in compiled
    assert "/static/look/openlk." in compiled
    assert "<svg" in compiled
    assert "resolve('url')" not in compiled


def test_without_folding_the_page_calls_each_time(cabinet: Cabinet) -> None:
    """A control: the same source in an environment that folds nothing holds the call, not the address."""
    unfolding = FoldingEnvironment(autoescape=True)
    compiled = unfolding.compile("{{ url('login') }}", raw=True)
    assert "/login" not in compiled
    assert "resolve('url')" in compiled


def test_an_address_with_a_variable_is_left_for_rendering(cabinet: Cabinet) -> None:
    set_script_prefix("/alpha/")
    environment = templates._environment(cabinet, "/alpha/")
    template = environment.from_string("{{ url('offer', slug=slug) }}")
    assert template.render(slug="knigi") == "/alpha/offers/knigi"
    assert template.render(slug="avto") == "/alpha/offers/avto"


def test_a_page_that_exists_inside_a_cabinet_only_does_not_break_folding(cabinet: Cabinet) -> None:
    environment = templates._environment(cabinet, "/")
    assert environment.from_string("{% if false %}{{ url('no-such-page') }}{% endif %}да").render() == "да"


def _login_link(cabinet: Cabinet, prefix: str) -> str:
    set_script_prefix(prefix)
    (cabinet.folder / "templates" / "link.html").write_text("{{ url('login') }}", encoding="utf-8")
    return render(cabinet, "link.html", {})


def test_addresses_by_path_and_by_host_do_not_mix(cabinet: Cabinet, tmp_path: Path) -> None:
    copy = changed(cabinet, tmp_path, {})
    assert [_login_link(copy, prefix) for prefix in ("/alpha/", "/", "/alpha/")] == [
        "/alpha/login",
        "/login",
        "/alpha/login",
    ]


def test_one_environment_for_both_prefixes_would_mix(cabinet: Cabinet, tmp_path: Path) -> None:
    """A control: the address is folded, so a page compiled by path is wrong by host."""
    copy = changed(cabinet, tmp_path, {})
    _login_link(copy, "/alpha/")
    set_script_prefix("/")
    assert templates._environment(copy, "/alpha/").get_template("link.html").render() == "/alpha/login"


def test_values_are_escaped_and_missing_ones_are_noticed(cabinet: Cabinet) -> None:
    environment = templates._environment(cabinet, "/")
    assert environment.from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ nmae }}").render(name="x")


def test_a_page_without_a_cabinet_has_no_theme(cabinet: Cabinet) -> None:
    assert templates._environment(None, "/").globals["theme"] == ""
    assert "cabinet/alpha/theme." in str(templates._environment(cabinet, "/").globals["theme"])
