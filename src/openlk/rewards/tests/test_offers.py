"""Offers: what is returned, where, and until when."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.kit import clock
from openlk.rewards.actions import PartnerText, publish_partners
from openlk.rewards.models import Offer, Partner
from openlk.rewards.queries import categories_of, offer_of, offers_of, rate_text
from tests.support.plain_browser import Browser

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
PARTNER = {
    "slug": "knigi",
    "name": "Книжный угол",
    "kind": "shop",
    "category": "Книги",
    "icon": "book-open",
    "tone": 1,
    "about": "Магазин",
}
OFFER: dict[str, Any] = {
    "slug": "a",
    "title": "Книги",
    "summary": "Кратко",
    "terms": "Подробно",
    "rate_bp": 500,
    "hold_days": 45,
}


def _publish(cabinet: Cabinet, *offers: Mapping[str, Any], **partner: object) -> None:
    publish_partners(cabinet, [PartnerText({**PARTNER, **partner}, [{**OFFER, **offer} for offer in offers])])


def _slugs(cabinet: Cabinet, region: str = "", category: str = "", today: date = TODAY) -> list[str]:
    return [offer.slug for offer in offers_of(cabinet, today, region, category)]


@pytest.mark.parametrize("hold_days", [0, 29, 61, 365])
def test_the_database_refuses_a_hold_outside_the_manuals(db: None, cabinet: Cabinet, hold_days: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _publish(cabinet, {"hold_days": hold_days})


@pytest.mark.parametrize("hold_days", [30, 45, 60])
def test_the_database_takes_a_hold_of_the_manuals(db: None, cabinet: Cabinet, hold_days: int) -> None:
    _publish(cabinet, {"hold_days": hold_days})
    assert offers_of(cabinet, TODAY)[0].hold_days == hold_days


@pytest.mark.parametrize("rates", [{"rate_bp": None}, {"rate_bp": 500, "fixed_kopecks": 50000}])
def test_the_database_refuses_an_offer_without_one_rate(db: None, cabinet: Cabinet, rates: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _publish(cabinet, rates)


def test_a_refused_offer_leaves_nothing_of_the_lot(db: None, cabinet: Cabinet) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _publish(cabinet, {}, {"slug": "b", "hold_days": 61})
    with scope(cabinet):
        assert not Partner.objects.exists()


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ({"rate_bp": 500}, "5\u00a0%"),
        ({"rate_bp": 1250}, "12,5\u00a0%"),
        ({"rate_bp": 5}, "0,05\u00a0%"),
        ({"rate_bp": 1200, "up_to": True}, "до\u00a012\u00a0%"),
        ({"rate_bp": None, "fixed_kopecks": 50000}, "500\u00a0₽"),
        ({"rate_bp": None, "fixed_kopecks": 150000, "up_to": True}, "до\u00a01\u00a0500\u00a0₽"),
    ],
)
def test_a_rate_is_said_as_people_say_it(db: None, cabinet: Cabinet, rate: dict[str, Any], words: str) -> None:
    _publish(cabinet, rate)
    with scope(cabinet):
        assert rate_text(Offer.objects.get()) == words


def test_offers_of_the_region_come_first_each_in_its_order(db: None, cabinet: Cabinet) -> None:
    regions: list[list[str]] = [["Москва"], [], ["Пермский край"], [], ["Москва", "Пермский край"]]
    _publish(cabinet, *({"slug": f"o{number}", "regions": each} for number, each in enumerate(regions)))
    assert _slugs(cabinet, "Москва") == ["o0", "o4", "o1", "o3"]
    assert _slugs(cabinet) == ["o0", "o1", "o2", "o3", "o4"]
    assert _slugs(cabinet, "Атлантида") == ["o1", "o3"]


def test_an_offer_lives_from_its_first_day_to_its_last(db: None, cabinet: Cabinet) -> None:
    _publish(cabinet, {"valid_from": TODAY, "valid_until": TODAY + DAY})
    days = [TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY]
    assert [_slugs(cabinet, today=day) for day in days] == [[], ["a"], ["a"], []]


def test_a_category_narrows_the_list_and_lives_with_its_offers(db: None, cabinet: Cabinet) -> None:
    _publish(cabinet, {}, {"slug": "b", "valid_until": TODAY - DAY})
    _publish(cabinet, {"slug": "c", "valid_until": TODAY - DAY}, slug="auto", category="Авто")
    assert categories_of(cabinet, TODAY) == ["Книги"]
    assert _slugs(cabinet, category="Книги") == ["a"]
    assert _slugs(cabinet, category="Авто") == []


def test_publishing_again_replaces_by_slug(db: None, cabinet: Cabinet) -> None:
    _publish(cabinet, {})
    _publish(cabinet, {"title": "Новое имя"})
    (offer,) = offers_of(cabinet, TODAY)
    assert offer.offer_title == "Новое имя"


def test_cabinets_show_their_own_offers(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    _publish(cabinet, {})
    assert (_slugs(cabinet), _slugs(other_cabinet)) == (["a"], [])
    assert offer_of(other_cabinet, "a") is None


def test_a_visitor_opens_an_offer_while_it_lasts(db: None, cabinet: Cabinet) -> None:
    today = clock.today("Asia/Yekaterinburg")
    _publish(cabinet, {"valid_until": today}, {"slug": "over", "valid_until": today - DAY})
    browser = Browser()
    page = browser.get("/alpha/offers/a")
    assert (page.status, "Подробно" in page.text, "5\u00a0%" in page.text) == (200, True, True)
    assert [browser.get(f"/alpha/offers/{slug}").status for slug in ("over", "nosuch")] == [404, 404]


def test_the_chosen_region_is_remembered_for_this_browser(db: None, cabinet: Cabinet) -> None:
    _publish(cabinet, {"slug": "msk", "title": "Только Москва", "regions": ["Москва"]})
    browser = Browser()
    assert "Книжный угол" in browser.get("/alpha/offers").text
    browser.get("/alpha/offers?region=Пермский край")
    assert "Книжный угол" not in browser.get("/alpha/offers").text
    assert "Книжный угол" in Browser().get("/alpha/offers").text
    browser.get("/alpha/offers?region=")
    assert "Книжный угол" in browser.get("/alpha/offers").text


@pytest.mark.parametrize("cookie", ["99", "-1", "x", "", "1" * 500, "²"])
def test_a_strange_region_cookie_is_ignored(db: None, cabinet: Cabinet, cookie: str) -> None:
    _publish(cabinet, {})
    browser = Browser()
    browser.jar["openlk-alpha-region", "/alpha/"] = cookie
    page = browser.get("/alpha/offers")
    assert (page.status, "Книжный угол" in page.text) == (200, True)
