"""Buying through the cabinet (001, 3)."""

from playwright.sync_api import expect

from tests.support.browsing import Arrive
from tests.support.members import sample_people
from tests.support.screens import expect_heading, link, log_in
from tests.support.walks import walks

OFFER = "offers/knizhny-ugol-knigi"
FIRST = "Чтобы получать возврат, войдите в кабинет."


@walks(48)
def test_shopping_begins_with_logging_in(arrive: Arrive) -> None:
    person = sample_people()[0]
    walker = arrive("phone")
    page = walker.open(OFFER)
    expect(page.locator("main")).to_contain_text(FIRST)
    page.locator("main").get_by_role("link", name="Вход", exact=True).click()
    log_in(page, person.member.card, person.password)
    expect_heading(page, f"Здравствуйте, {person.member.given_names}")
    # Inside, the offer asks for nothing more of the kind.
    walker.open(OFFER)
    expect_heading(page, "Книжный угол")
    expect(page.locator("main")).not_to_contain_text(FIRST)
    expect(link(page, "Вход")).to_have_count(0)
