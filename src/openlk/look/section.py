"""What a room offers to the customer's shell: a file `sections.py` with a list SECTIONS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix
from markupsafe import Markup

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.templates import render
from openlk.kit.discovery import offered
from openlk.look.memory import Memory


@dataclass(frozen=True)
class Section:
    """A part of the cabinet: its place in the menu, and its block on the home page.

    `key` is what `cabinet.sections` in cabinet.toml names; without `url_name` there is no menu entry.
    `home(cabinet, region)` gives the context of `home_template`, which sees nothing of the person: its block is shared
    by everybody of a region.
    """

    key: str
    title: str
    icon: str
    url_name: str = ""
    home_template: str = ""
    home: Callable[[Cabinet, str], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Link:
    """A link at the foot of every page; rooms offer them by a function `footer(cabinet)` in sections.py."""

    title: str
    href: str


@cache
def _footers() -> list[Callable[[Cabinet], list[Link]]]:
    return [module.footer for module in offered(settings.ROOMS, "sections").values() if hasattr(module, "footer")]


def footer_of(cabinet: Cabinet) -> list[Link]:
    """The links of all rooms for the foot of this cabinet's pages."""
    return [link for footer in _footers() for link in footer(cabinet)]


@cache
def known_sections() -> dict[str, Section]:
    """All sections that rooms offer, by key."""
    modules = offered(settings.ROOMS, "sections").values()
    return {section.key: section for module in modules for section in module.SECTIONS}


def sections_of(cabinet: Cabinet) -> list[Section]:
    """The sections this cabinet shows, in its own order."""
    return [known_sections()[key] for key in cabinet.profile.sections]


def _render_blocks(cabinet: Cabinet, region: str, prefix: str) -> list[Markup]:
    del prefix  # only keeps apart what was rendered with other addresses
    blocks = []
    for section in sections_of(cabinet):
        if section.home is not None:
            context = {"region": region, **section.home(cabinet, region)}
            blocks.append(Markup(render(cabinet, section.home_template, context)))  # noqa: S704 -- our own template
    return blocks


# The blocks are the same for everybody of a region: rendered once, not for each person.
_blocks = Memory(_render_blocks)


def home_blocks(cabinet: Cabinet, region: str) -> list[Markup]:
    """The home page's blocks of all sections that have one, in the cabinet's order."""
    return _blocks.of(cabinet, region, get_script_prefix())
