"""The cabinets room's own part of cabinet.toml: who the organisation is and how it is reached."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from openlk.cabinets.part import Part

# A cabinet's slug is a first path segment, so it may not shadow the engine's own segments.
RESERVED_SLUGS = frozenset({"desk", "api", "static", "livez", "readyz", "metrics"})
SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")

Line = Annotated[str, Field(min_length=1, max_length=300)]


class Profile(Part):
    """`[cabinet]`: names, hosts, colour, support and regions of one organisation."""

    name: Line
    tagline: Line
    organisation: Line
    founders: tuple[Line, ...] = ()
    about: tuple[Line, ...] = ()
    headline: Line = "Личный кабинет"
    lead: str = ""
    address: Line
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")], ...] = ()
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    timezone: str = "Europe/Moscow"
    support_phone: Line
    support_hours: Line
    support_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    regions: tuple[Line, ...] = ()
    sections: tuple[str, ...] = ()

    @field_validator("timezone")
    @classmethod
    def known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("нужен часовой пояс из базы IANA, например Europe/Moscow")
        return value

    @property
    def support_phone_href(self) -> str:
        """`tel:` address of the support phone: «8 (800) …» is dialled as +7 800 … ."""
        digits = re.sub(r"\D", "", self.support_phone)
        return "tel:+7" + digits[-10:]

    def for_templates(self, slug: str) -> SimpleNamespace:
        """The `cabinet` object that every page sees."""
        return SimpleNamespace(**self.model_dump(), slug=slug, support_phone_href=self.support_phone_href)


PARTS = {"cabinet": Profile}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def refused_slugs(slugs: list[str]) -> Iterator[str]:
    """The folder names that cannot be a cabinet's slug."""
    for slug in slugs:
        if slug in RESERVED_SLUGS or not SLUG.fullmatch(slug):
            yield slug
