"""Every write to partners and offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.look.memory import forget
from openlk.rewards.models import Offer, Partner


@dataclass(frozen=True)
class PartnerText:
    """A partner and its offers, as columns of their tables."""

    partner: Mapping[str, Any]
    offers: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def publish_partners(cabinet: Cabinet, partners: Sequence[PartnerText]) -> None:
    """Write partners and their offers; those with a known slug are replaced."""
    with scope(cabinet), transaction.atomic():
        for each in partners:
            slug = each.partner["slug"]
            partner, _ = Partner.objects.update_or_create(slug=slug, defaults=dict(each.partner))
            for offer in each.offers:
                Offer.objects.update_or_create(slug=offer["slug"], defaults={**offer, "partner": partner})
    forget(cabinet)
