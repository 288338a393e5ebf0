"""Reads of news, always of the scoped cabinet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openlk.cabinets.loading import Cabinet
from openlk.content.definition import rubrics_of
from openlk.content.models import News
from openlk.look.memory import Memory


@dataclass(frozen=True)
class NewsLine:
    """A news item in a list."""

    slug: str
    title: str
    lead: str
    rubric: str
    rubric_title: str
    published: date
    regions: tuple[str, ...]

    def concerns(self, region: str) -> bool:
        """Whether it is for this region (empty: any)."""
        return not region or not self.regions or region in self.regions


# The newest items of each cabinet; a list page never shows more.
KEPT_ITEMS = 300


def _read(cabinet: Cabinet) -> Sequence[NewsLine]:
    titles = rubrics_of(cabinet)
    rows = News.objects.order_by("-published", "-pk").values_list(
        "slug", "title", "lead", "rubric", "published", "regions"
    )
    return [
        NewsLine(slug, title, lead, rubric, titles.get(rubric, rubric), published, tuple(regions))
        for slug, title, lead, rubric, published, regions in rows[:KEPT_ITEMS]
    ]


remembered_news = Memory(_read)


def news_of(cabinet: Cabinet, today: date, region: str = "", rubric: str = "") -> list[NewsLine]:
    """Published news, the newest first, for a region and a rubric (empty: all)."""
    return [
        item
        for item in remembered_news.of(cabinet)
        if item.published <= today and item.concerns(region) and (not rubric or item.rubric == rubric)
    ]


def news_item(slug: str) -> News | None:
    """One news item."""
    found: News | None = News.objects.filter(slug=slug).first()
    return found
