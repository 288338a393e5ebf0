"""News: by region, rubric and date."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.content import actions
from openlk.content.actions import NewsText, publish_news
from openlk.content.queries import news_of
from openlk.kit import clock
from tests.support.plain_browser import Browser

TODAY = date(2026, 11, 20)


def _item(slug: str, published: date = TODAY, rubric: str = "union", regions: Sequence[str] = ()) -> NewsText:
    return NewsText(slug, rubric, f"Новость {slug}", "Кратко", f"Подробно о {slug}", published, tuple(regions))


def _slugs(cabinet: Cabinet, region: str = "", rubric: str = "", today: date = TODAY) -> list[str]:
    return [item.slug for item in news_of(cabinet, today, region, rubric)]


def test_the_newest_come_first_and_the_future_ones_not_at_all(db: None, cabinet: Cabinet) -> None:
    day = timedelta(days=1)
    items = [_item("old", TODAY - day), _item("today"), _item("tomorrow", TODAY + day), _item("also-today")]
    publish_news(cabinet, items)
    assert _slugs(cabinet) == ["also-today", "today", "old"]
    assert _slugs(cabinet, today=TODAY + day)[0] == "tomorrow"


def test_a_region_sees_its_own_and_everybodys(db: None, cabinet: Cabinet) -> None:
    publish_news(cabinet, [_item("all"), _item("perm", regions=["Пермский край"]), _item("msk", regions=["Москва"])])
    assert set(_slugs(cabinet, "Москва")) == {"all", "msk"}
    assert set(_slugs(cabinet)) == {"all", "perm", "msk"}


def test_a_rubric_narrows_the_list(db: None, cabinet: Cabinet) -> None:
    publish_news(cabinet, [_item("a"), _item("b", rubric="education")])
    assert _slugs(cabinet, rubric="union") == ["a"]
    assert _slugs(cabinet, rubric="nosuch") == []


def test_a_known_slug_is_replaced(db: None, cabinet: Cabinet) -> None:
    publish_news(cabinet, [_item("a", TODAY - timedelta(days=5))])
    publish_news(cabinet, [_item("a")])
    (item,) = news_of(cabinet, TODAY)
    assert item.published == TODAY


def test_publishing_is_seen_at_once(db: None, cabinet: Cabinet) -> None:
    assert _slugs(cabinet) == []
    publish_news(cabinet, [_item("a")])
    assert _slugs(cabinet) == ["a"]


def test_what_is_remembered_costs_no_query_and_grows_old(
    db: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process publishes: this one learns of it after half a minute, as the memory promises."""
    seconds = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: seconds)
    assert _slugs(cabinet) == []
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(actions, "forget", lambda _: None)
        publish_news(cabinet, [_item("a")])
    assert _slugs(cabinet) == []
    seconds += 29
    assert _slugs(cabinet) == []
    seconds += 1
    assert _slugs(cabinet) == ["a"]


def test_cabinets_remember_apart(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    publish_news(cabinet, [_item("a")])
    assert (_slugs(cabinet), _slugs(other_cabinet)) == (["a"], [])


def test_a_reader_opens_an_item(db: None, cabinet: Cabinet) -> None:
    yesterday = clock.today("Asia/Yekaterinburg") - timedelta(days=1)
    publish_news(cabinet, [_item("hello", yesterday), _item("future", yesterday + timedelta(days=3))])
    browser = Browser()
    page = browser.get("/alpha/news/hello")
    assert (page.status, "Подробно о hello" in page.text) == (200, True)
    assert browser.get("/alpha/news/future").status == 404
    assert browser.get("/alpha/news/nosuch").status == 404


def test_a_body_is_markdown_without_tags(db: None, cabinet: Cabinet) -> None:
    body = "**Важно** <script>alert(1)</script> [сюда](javascript:alert(1)) ![](https://evil.example/x.png)"
    yesterday = clock.today("Asia/Yekaterinburg") - timedelta(days=1)
    publish_news(cabinet, [NewsText("a", "union", "<b>Заголовок</b>", "<i>", body, yesterday)])
    page = Browser().get("/alpha/news/a")
    assert "<strong>Важно</strong>" in page.text
    for markup in ("<script>alert", 'javascript:alert(1)"', "<b>Заголовок", 'src="https://evil'):
        assert markup not in page.text


def test_the_list_keeps_to_a_dozen_a_page(db: None, cabinet: Cabinet) -> None:
    yesterday = clock.today("Asia/Yekaterinburg") - timedelta(days=1)
    publish_news(cabinet, [_item(f"n{number:02}", yesterday) for number in range(15)])
    browser = Browser()
    counts = [browser.get(f"/alpha/news{query}").text.count("Новость n") for query in ("", "?page=2", "?page=99")]
    assert counts[0] >= 12
    assert counts[1] == counts[2] < counts[0]
    assert [browser.get(f"/alpha/news?page={page}").status for page in ("x", "-1", "0", "9" * 50)] == [200] * 4


def test_an_unknown_rubric_or_region_shows_everything(db: None, cabinet: Cabinet) -> None:
    yesterday = clock.today("Asia/Yekaterinburg") - timedelta(days=1)
    publish_news(cabinet, [_item("a", yesterday)])
    assert "Новость a" in Browser().get("/alpha/news?rubric=nosuch&region=Атлантида").text
