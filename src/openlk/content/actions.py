"""Every write to news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.content.models import News
from openlk.look.memory import forget


@dataclass(frozen=True)
class NewsText:
    """A news item as its editor wrote it; `body` is Markdown, `regions` empty means everywhere."""

    slug: str
    rubric: str
    title: str
    lead: str
    body: str
    published: date
    regions: tuple[str, ...] = ()


def publish_news(cabinet: Cabinet, items: Sequence[NewsText]) -> None:
    """Write news items; an item with a known slug is replaced."""
    with scope(cabinet), transaction.atomic():
        News.objects.bulk_create(
            [News(**{**vars(item), "regions": list(item.regions)}) for item in items],
            update_conflicts=True,
            unique_fields=["cabinet", "slug"],
            update_fields=["rubric", "title", "lead", "body", "published", "regions"],
        )
    forget(cabinet)
