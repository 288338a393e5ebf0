"""A page uses pages of its own room and of lower ones; nothing in it runs or is styled in line, nor is foreign."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from tests.support.source import PRODUCT, ROOT, files, may_see, shown

# The shell shows what rooms offer (Section.home_template), so it alone includes a page by a name that it is given.
SHELLS = frozenset({"portal"})
# What the content security policy (config/middleware.py) would block, quietly, in front of a person.
INLINE = re.compile(r"""\sstyle\s*=|<style\b|<script\b(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:""", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
# An address of another host anywhere; names of XML vocabularies are no addresses.
OTHER_HOST = re.compile(
    r"""https?://(?!www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml)\b)|(?:src|href|action)\s*=\s*["']//|url\(\s*["']?//|@import\s+["']//""",
    re.IGNORECASE,
)


def room_templates(root: Path) -> list[tuple[str, Path]]:
    """(room, file) of every page of the rooms below `root`."""
    return [(file.relative_to(root).parts[0], file) for file in files([root], ".html") if "templates" in file.parts]


def _names(template: nodes.Expr) -> Iterator[str | None]:
    match template:
        case nodes.Const(value=name):
            yield name
        case nodes.List(items=items) | nodes.Tuple(items=items):
            for item in items:
                yield from _names(item)
        case nodes.CondExpr(expr1=one, expr2=nodes.Expr() as other):
            yield from _names(one)
            yield from _names(other)
        case _:
            yield None


def used_from(source: str) -> Iterator[str | None]:
    """The names of the pages that a page extends, includes or imports; None for one computed at run time."""
    for node in jinja2.Environment(autoescape=True).parse(source).find_all(nodes.Stmt):
        if isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            yield from _names(node.template)


def wrong_uses(room: str, source: str) -> list[str]:
    """What a page of `room` uses but may not."""
    used = list(used_from(source))
    wrong = [name for name in used if name is not None and not may_see(room, name.partition("/")[0])]
    return wrong + ["a name computed at run time" for name in used if name is None and room not in SHELLS]


def test_every_page_uses_lower_rooms_only() -> None:
    pages = [(room, file) for room, file in room_templates(PRODUCT) if room != "sandbox"]
    assert pages
    wrong = {shown(file): found for room, file in pages if (found := wrong_uses(room, file.read_text()))}
    assert wrong == {}


def test_a_rooms_pages_lie_under_its_name() -> None:
    """`templates/<room>/…`: a page of another name would take the place of another room's."""
    wrong = [
        shown(file)
        for room, file in room_templates(PRODUCT)
        if file.relative_to(PRODUCT / room / "templates").parts[0] != room
    ]
    assert wrong == []


def test_a_cabinet_overrides_pages_that_exist() -> None:
    known = {str(file.relative_to(PRODUCT / room / "templates")) for room, file in room_templates(PRODUCT)}
    folders = [*(ROOT / "cabinets").glob("*/templates"), *(ROOT / "tests/support/cabinets").glob("*/templates")]
    overrides = {str(file.relative_to(folder)): file for folder in folders for file in files([folder], ".html")}
    assert overrides, "the test cabinets override a page each"
    assert [shown(file) for name, file in overrides.items() if name not in known] == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        pytest.param("look", '{% extends "portal/start.html" %}', id="extends"),
        pytest.param("content", '{% block x %}{% include "portal/home.html" %}{% endblock %}', id="include"),
        pytest.param("rewards", '{% import "support/form.html" as form %}', id="import-sideways"),
        pytest.param("messages", '{% from "flows/screen.html" import field %}', id="from"),
        pytest.param("content", '{% include ["look/logo.html", "portal/logo.html"] %}', id="one-of-several"),
        pytest.param("content", '{% extends "look/bare.html" if plain else "portal/home.html" %}', id="one-of-two"),
        pytest.param("flows", "{% include name %}", id="computed"),
    ],
)
def test_a_page_that_looks_upwards_is_caught(room: str, source: str) -> None:
    assert wrong_uses(room, source)


def shipped_front() -> list[Path]:
    """Every page, style sheet, script and picture that a browser may get."""
    return [
        file
        for file in files([PRODUCT, ROOT / "cabinets"], ".html", ".css", ".js", ".svg")
        if {"templates", "styles", "static"} & set(file.parts)
    ]


def test_nothing_is_fetched_from_another_host() -> None:
    wrong = {shown(file): found for file in shipped_front() if (found := OTHER_HOST.findall(file.read_text()))}
    assert wrong == {}


@pytest.mark.parametrize(
    "source",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//fonts.example/a.css">',
        "@import url(//fonts.example/a.css);",
        'fetch("http://example.org")',
    ],
)
def test_an_address_of_another_host_is_caught(source: str) -> None:
    assert OTHER_HOST.search(source)


def test_no_page_has_scripts_or_styles_in_line() -> None:
    pages = [file for file in shipped_front() if file.suffix == ".html"]
    wrong = {shown(file): found for file in pages if (found := INLINE.findall(COMMENT.sub("", file.read_text())))}
    assert wrong == {}


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>go()</script>",
        '<button type="button" onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_a_script_or_style_in_line_is_caught(source: str) -> None:
    assert INLINE.search(source)


def test_a_script_of_our_own_is_not_taken_for_one_in_line() -> None:
    assert not INLINE.search('<script src="/static/look/openlk.js" defer></script><p class="on stylish">')
