"""Registration as a person goes through it, for tests that need it behind them."""

from openlk.cabinets.loading import Cabinet
from tests.support.people import PASSWORD, Person
from tests.support.plain_browser import Browser, Page

CONSENTS = {"consent_personal-data": "1", "consent_rules": "1"}


def first_screen(browser: Browser, cabinet: Cabinet, full_name: str, union_card: str) -> Page:
    """Sends the first screen with both consents; the answer is not followed."""
    form = browser.get(f"/{cabinet.slug}/register")
    return browser.submit(form, {"full_name": full_name, "union_card": union_card, **CONSENTS})


def second_screen(browser: Browser, person: Person) -> Page:
    """The screen with contacts and password, after a match."""
    return browser.follow(first_screen(browser, person.cabinet, person.full_name, person.union_card))


def registered(browser: Browser, person: Person, password: str = PASSWORD) -> Page:
    """The page at the end of the registration."""
    screen = second_screen(browser, person)
    return browser.follow(browser.submit(screen, {"password": password, "password_again": password}))


def logged_in(browser: Browser, person: Person) -> Page:
    """The home page of a person who has a login."""
    form = browser.get(f"/{person.cabinet.slug}/login")
    return browser.follow(browser.submit(form, {"login": person.union_card, "password": person.password}))
