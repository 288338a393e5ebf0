"""Addresses that lead nowhere, inside a cabinet and outside of every one."""

import pytest
from playwright.sync_api import expect

from tests.support.browsing import Arrive
from tests.support.screens import SUPPORT_PHONE, expect_heading, link
from tests.support.walks import walks

LOST = "Такой страницы нет"
NOBODYS_RUN = "register/00000000-0000-4000-8000-000000000000"


@walks(180)
@pytest.mark.parametrize("path", ["net-takoy", "offers/net-takogo", "news/net-takoy", "documents/net", "support/net"])
def test_lost_page_of_a_cabinet_is_the_cabinets_own(arrive: Arrive, path: str) -> None:
    walker = arrive("phone")
    answer = walker.page.goto(walker.world.home + path)
    assert answer is not None
    assert answer.status == 404
    page = walker.page
    expect_heading(page, LOST)
    expect(page).to_have_title(f"{LOST} — ПРОФКАРДС")
    expect(page.locator("main")).to_contain_text(SUPPORT_PHONE)
    expect(link(page, "Написать в поддержку")).to_be_visible()
    link(page, "На главную").click()
    expect(page).to_have_url(walker.world.home)


@walks(5)
def test_lost_page_outside_of_a_cabinet_belongs_to_nobody(arrive: Arrive) -> None:
    walker = arrive()
    answer = walker.page.goto(f"{walker.world.root}/net-takogo-kabineta/")
    assert answer is not None
    assert answer.status == 404
    expect_heading(walker.page, LOST)
    assert "ПРОФКАРДС" not in walker.page.content()
    link(walker.page, "На главную").click()
    expect_heading(walker.page, "Выберите кабинет")


@walks(27)
def test_registration_that_never_was_offers_to_begin(arrive: Arrive) -> None:
    walker = arrive()
    answer = walker.page.goto(walker.world.home + NOBODYS_RUN)
    assert answer is not None
    assert answer.status == 404
    link(walker.page, "Начать заново").click()
    expect_heading(walker.page, "Регистрация")
