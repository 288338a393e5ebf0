"""What this room offers to the customer's shell."""

from collections.abc import Mapping
from typing import Any

from openlk.cabinets.loading import Cabinet
from openlk.content.definition import documents_of
from openlk.content.queries import news_of
from openlk.kit import clock
from openlk.look.functions import url
from openlk.look.section import Link, Section

HOME_ITEMS = 3


def footer(cabinet: Cabinet) -> list[Link]:
    """The documents that stand at the foot of every page."""
    return [
        Link(each.footer, url("document", name=name)) for name, each in documents_of(cabinet).items() if each.footer
    ]


def _home(cabinet: Cabinet, region: str) -> Mapping[str, Any]:
    today = clock.today(cabinet.profile.timezone)
    return {"news": news_of(cabinet, today, region)[:HOME_ITEMS]}


SECTIONS = [
    Section(
        key="news", title="Новости", icon="newspaper", url_name="news", home_template="content/home.html", home=_home
    )
]
