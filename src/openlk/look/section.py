"""What a room offers to the customer's shell: a file `sections.py` with a list SECTIONS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from openlk.cabinets.loading import Cabinet
from openlk.kit.discovery import offered


@dataclass(frozen=True)
class Section:
    """A part of the cabinet: its place in the menu, and its block on the home page.

    `key` is what `cabinet.sections` in cabinet.toml names. `home(cabinet, region)` gives the context of
    `home_template`; a section without a template has a menu entry only.
    """

    key: str
    title: str
    icon: str
    url_name: str
    home_template: str = ""
    home: Callable[[Cabinet, str], Mapping[str, Any]] | None = None


@cache
def known_sections() -> dict[str, Section]:
    """All sections that rooms offer, by key."""
    modules = offered(settings.ROOMS, "sections").values()
    return {section.key: section for module in modules for section in module.SECTIONS}


def sections_of(cabinet: Cabinet) -> list[Section]:
    """The sections this cabinet shows, in its own order."""
    return [known_sections()[key] for key in cabinet.profile.sections]
