"""What this room offers to the customer's shell."""

from collections.abc import Mapping
from typing import Any

from openlk.cabinets.loading import Cabinet
from openlk.kit import clock
from openlk.look.section import Section
from openlk.rewards.queries import offers_of

HOME_OFFERS = 6


def _home(cabinet: Cabinet, region: str) -> Mapping[str, Any]:
    found = offers_of(cabinet, clock.today(cabinet.profile.timezone), region)
    return {"offers": found[:HOME_OFFERS], "offers_total": len(found)}


SECTIONS = [
    Section(
        key="offers",
        title="Предложения",
        icon="badge-percent",
        url_name="offers",
        home_template="rewards/home.html",
        home=_home,
    )
]
