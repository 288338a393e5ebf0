"""Reads of offers, always of the scoped cabinet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openlk.cabinets.loading import Cabinet
from openlk.kit.money import rubles
from openlk.look.functions import percent
from openlk.look.memory import Memory
from openlk.rewards.models import Offer


@dataclass(frozen=True)
class ShownOffer:
    """An offer as the showcase shows it."""

    slug: str
    title: str
    offer_title: str
    category: str
    summary: str
    terms: str
    exclusions: str
    rate_text: str
    hold_days: int
    icon: str
    tone: int
    regions: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    online: bool

    def concerns(self, region: str) -> bool:
        """Whether it is for this region (empty: any)."""
        return not region or not self.regions or region in self.regions

    def valid_on(self, day: date) -> bool:
        """Whether it can be used on that day; both ends are included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def rate_text(offer: Offer) -> str:
    """«до 12 %», «5 %» or «500 ₽»."""
    if offer.rate_bp is not None:
        rate = percent(offer.rate_bp)
    else:
        assert offer.fixed_kopecks is not None  # a constraint of the table
        rate = rubles(offer.fixed_kopecks, short=True)
    return f"до\u00a0{rate}" if offer.up_to else rate


def _shown(offer: Offer) -> ShownOffer:
    return ShownOffer(
        slug=offer.slug,
        title=offer.partner.name,
        offer_title=offer.title,
        category=offer.partner.category,
        summary=offer.summary,
        terms=offer.terms,
        exclusions=offer.exclusions,
        rate_text=rate_text(offer),
        hold_days=offer.hold_days,
        icon=offer.partner.icon,
        tone=offer.partner.tone,
        regions=tuple(offer.regions),
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
        online=offer.online,
    )


def _read(cabinet: Cabinet) -> Sequence[ShownOffer]:
    del cabinet  # the scope says whose
    return [_shown(offer) for offer in Offer.objects.select_related("partner").order_by("pk")]


remembered_offers = Memory(_read)


def offers_of(cabinet: Cabinet, today: date, region: str = "", category: str = "") -> list[ShownOffer]:
    """The offers valid today for a region and a category (empty: all).

    Those of the region itself come first, then those for everybody, each in the order the organisation entered them:
    no hidden ranking.
    """
    fitting = [
        offer
        for offer in remembered_offers.of(cabinet)
        if offer.valid_on(today) and offer.concerns(region) and (not category or offer.category == category)
    ]
    return sorted(fitting, key=lambda offer: bool(region) and region not in offer.regions)


def categories_of(cabinet: Cabinet, today: date, region: str = "") -> list[str]:
    """The categories that have an offer today, in alphabetical order."""
    return sorted({offer.category for offer in offers_of(cabinet, today, region)})


def offer_of(cabinet: Cabinet, slug: str) -> ShownOffer | None:
    """One offer, also when it is over."""
    return next((offer for offer in remembered_offers.of(cabinet) if offer.slug == slug), None)
