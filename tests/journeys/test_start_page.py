"""The full manual, 2.1: the start page, before any login."""

import tomllib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from openlk.kit import clock
from tests.support.browsing import DEVICES, Arrive
from tests.support.members import SAMPLE, sample_people
from tests.support.screens import button, expect_heading, label, link, log_in
from tests.support.walks import walks

REGION_MENU = "Выберите регион"
URAL, CAPITAL = "Свердловская область", "Москва"
IMPORTANT = "Возврат начислят, только если перейти в магазин из кабинета."
MOST_PAGES = 20


def _sample_offers(region: str) -> list[dict[str, Any]]:
    """The offers of the sample world that a visitor of this region (empty: any) may see today."""
    today = clock.today("Europe/Moscow")
    partners = tomllib.loads((SAMPLE / "offers.toml").read_text(encoding="utf-8"))["partner"]
    return [
        {**offer, "partner": partner["name"]}
        for partner in partners
        for offer in partner["offer"]
        if offer.get("valid_from", today) <= today <= offer.get("valid_until", date.max)
        and (not region or not offer["regions"] or region in offer["regions"])
    ]


def _shown_partners(page: Page) -> list[str]:
    return page.locator(".offer-title").all_inner_texts()


def _all_pages(page: Page, read: Callable[[Page], list[str]]) -> list[str]:
    found = read(page)
    for _ in range(MOST_PAGES):
        further = link(page, "Дальше")
        if not further.count():
            return found
        further.click()
        found += read(page)
    raise AssertionError("the pages do not end")


def _choose_region(page: Page, region: str) -> None:
    with page.expect_navigation():
        label(page, REGION_MENU).select_option(region or "Все регионы")


@walks(5)
def test_guest_types_the_address_or_follows_a_link(arrive: Arrive) -> None:
    walker = arrive()
    page = walker.page
    page.goto(walker.world.home.removesuffix("/"))
    expect(page).to_have_url(walker.world.home)
    expect(page.get_by_text("Адрес в интернете: www.profcards.ru")).to_be_visible()

    page.goto(walker.world.root)
    link(page, "ПРОФКАРДС").click()
    expect(page).to_have_url(walker.world.home)


@walks(1, 2, 3, 4)
def test_guest_reads_what_the_system_is_for_and_whose_it_is(arrive: Arrive) -> None:
    page = arrive().open()
    for purpose in (
        "Скидки и бонусы по единому электронному профсоюзному билету",
        "Услуги банков и страховых компаний для членов Профсоюза",
        "Новости Профсоюза и сферы образования",
    ):
        expect(page.get_by_role("listitem").filter(has_text=purpose)).to_be_visible()
    founders = page.get_by_text("Систему ПРОФКАРДС создали")
    expect(founders).to_contain_text("Общероссийский Профсоюз образования и ООО «ФИНФОРТ»")


@pytest.mark.parametrize("device", DEVICES)
@walks(6, 7, 9, 10, 11, 12, 13, 14)
def test_guest_finds_everything_on_every_device(arrive: Arrive, device: str) -> None:
    page = arrive(device).open()
    expect(label(page, REGION_MENU)).to_be_visible()
    expect(page.get_by_role("heading", name="Предложения партнёров")).to_be_visible()
    expect(page.get_by_role("heading", name="Новости", exact=True)).to_be_visible()
    for words in ("Регистрация", "Вход/Регистрация"):
        expect(link(page, words)).to_be_visible()
        # The manual prints these two in capitals.
        expect(link(page, words)).to_have_css("text-transform", "uppercase")
    expect(link(page, "Вход")).to_be_visible()

    link(page, "Вход/Регистрация").click()
    expect(button(page, "Войти")).to_be_visible()
    expect(link(page, "Вход")).to_have_attribute("aria-current", "page")
    link(page, "Регистрация").click()
    expect(button(page, "Зарегистрироваться")).to_be_visible()
    expect(link(page, "Регистрация")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("region", ["", URAL, CAPITAL])
@walks(7, 8, 9)
def test_region_decides_which_offers_are_shown(arrive: Arrive, region: str) -> None:
    expected = _sample_offers(region)
    page = arrive().open()
    if region:
        _choose_region(page, region)
    shown = _shown_partners(page)
    assert shown == [each["partner"] for each in _regional_first(expected, region)][: len(shown)]
    link(page, f"Все предложения: {len(expected)}").click()
    expect_heading(page, "Предложения партнёров")
    everything = _all_pages(page, _shown_partners)
    assert sorted(everything) == sorted(each["partner"] for each in expected)


def _regional_first(offers: list[dict[str, Any]], region: str) -> list[dict[str, Any]]:
    return sorted(offers, key=lambda offer: bool(region) and region not in offer["regions"])


@walks(7, 8)
def test_region_is_remembered(arrive: Arrive) -> None:
    walker = arrive("phone")
    page = walker.open()
    _choose_region(page, URAL)
    for path in ("", "offers", "news"):
        walker.open(path)
        expect(label(page, REGION_MENU)).to_have_value(URAL)
    expect(label(walker.another_tab(), REGION_MENU)).to_have_value(URAL)

    person = sample_people()[1]
    assert person.member.region not in {"", URAL}
    walker.open("login")
    log_in(page, person.member.card, person.password)
    expect(label(page, REGION_MENU)).to_have_value(URAL)

    _choose_region(page, "")
    walker.open()
    expect(label(page, REGION_MENU)).to_have_value("")


@walks(7, 8)
def test_member_sees_the_offers_of_the_region_in_the_register(arrive: Arrive) -> None:
    person = sample_people()[0]
    walker = arrive()
    page = walker.open("login")
    log_in(page, person.member.card, person.password)
    expect(label(page, REGION_MENU)).to_have_value(person.member.region)
    link(page, f"Все предложения: {len(_sample_offers(person.member.region))}").click()
    expect_heading(page, "Предложения партнёров")


@walks(9, 49, 51, 52, 56, 62, 63, 64)
def test_every_offer_tells_its_terms_percentage_and_freeze(arrive: Arrive) -> None:
    walker = arrive()
    page = walker.open("offers")
    expect(page.get_by_text(IMPORTANT)).to_be_visible()
    expected = {each["partner"]: each for each in reversed(_sample_offers(""))}
    holds = set()
    for card in page.locator(".offer").all():
        partner = card.locator(".offer-title").inner_text()
        expect(card.locator(".rate")).to_contain_text("Возврат")
        hold = int("".join(filter(str.isdigit, card.get_by_text("Заморозка").inner_text())))
        assert 30 <= hold <= 60, f"{partner}: {hold}"
        holds.add(hold)
        assert partner in expected
    assert len(holds) > 1, "the freeze is set for each shop"

    partner = page.locator(".offer-title").first.inner_text()
    link(page, partner).first.click()
    offer = expected[partner]
    expect_heading(page, partner)
    expect(page.get_by_role("heading", name="Условия")).to_be_visible()
    expect(page.get_by_text(offer["terms"])).to_be_visible()
    expect(page.locator(".rate")).to_contain_text(f"{offer['rate_bp'] // 100}\u00a0%")
    expect(page.locator("main")).to_contain_text(f"Заморозка {offer['hold_days']} ")
    expect(page.get_by_text(IMPORTANT)).to_be_visible()


@walks(10)
def test_news_of_the_union_of_education_and_of_the_system(arrive: Arrive) -> None:
    walker = arrive()
    page = walker.open()
    assert page.locator(".news-card").count() > 0
    rubrics = page.get_by_role("navigation", name="Рубрики новостей")
    assert rubrics.get_by_role("link").all_inner_texts() == ["Профсоюз", "Образование", "ПРОФКАРДС"]
    for rubric in ("Профсоюз", "Образование", "ПРОФКАРДС"):
        walker.open()
        rubrics.get_by_role("link", name=rubric).click()
        expect_heading(page, "Новости")
        shown = set(page.locator(".news-card .news-about span").all_inner_texts())
        assert shown == {rubric}
    title = page.locator(".news-title").first.inner_text()
    link(page, title).click()
    expect_heading(page, title)
    expect(page.locator("article .prose p").first).to_be_visible()


@walks(10)
def test_region_decides_which_news_are_shown(arrive: Arrive) -> None:
    today = clock.today("Europe/Moscow")
    items = tomllib.loads((SAMPLE / "news.toml").read_text(encoding="utf-8"))["news"]
    expected = [
        each["title"]
        for each in items
        if each["published"] <= today and (not each.get("regions") or URAL in each["regions"])
    ]
    assert len(expected) < len(items), "some news are for other regions"
    page = arrive().open("news")
    _choose_region(page, URAL)
    shown = _all_pages(page, lambda each: each.locator(".news-title").all_inner_texts())
    assert sorted(shown) == sorted(expected)
