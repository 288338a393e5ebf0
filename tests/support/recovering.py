"""The way back in as a person goes it, for tests that need it behind them."""

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.models import Message
from tests.support.people import Person
from tests.support.plain_browser import Browser, Page

NEW_PASSWORD = "синий чайник на плите"
NEW_PASSWORDS = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}


def messages_to(cabinet: Cabinet, recipient: str) -> list[Message]:
    """What waits in the outbox for a recipient, the newest first; never what is only for show."""
    with scope(cabinet):
        return list(Message.objects.filter(recipient=recipient).exclude(state="decoy").order_by("-pk"))


def newest(cabinet: Cabinet, recipient: str) -> Message:
    """The last message to a recipient."""
    return messages_to(cabinet, recipient)[0]


def path_of(link: str) -> str:
    """The path of a letter's link, as the plain browser opens it."""
    return "/" + link.split("/", 3)[3]


def asked(browser: Browser, cabinet: Cabinet, union_card: str, flow: str = "recovery") -> Page:
    """The page after the number was sent from /recover."""
    form = browser.get(f"/{cabinet.slug}/recover")
    return browser.follow(browser.submit(form, {"union_card": union_card, "flow": flow}))


def link_in_letter(person: Person, recipient: str = "") -> str:
    """The path of the link in the newest letter."""
    return path_of(newest(person.cabinet, recipient or person.email).values["link"])


def code_in_sms(person: Person, recipient: str = "") -> str:
    """The code in the newest SMS."""
    return newest(person.cabinet, recipient or person.phone).values["code"]


def confirmed(browser: Browser, link: str) -> Page:
    """The page behind the button of a letter's link."""
    return browser.follow(browser.submit(browser.get(link)))


def recovered(browser: Browser, person: Person) -> Page:
    """The end of a recovery by letter."""
    asked(browser, person.cabinet, person.union_card)
    return browser.follow(browser.submit(confirmed(browser, link_in_letter(person)), NEW_PASSWORDS))
