"""The screens of the manual, as hands work them: every control is found by the words printed on it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import Walker
from tests.support.members import Member
from tests.support.world import Message

NAME = "Фамилия, имя, отчество"
CARD = "Номер профсоюзного билета"
PHONE = "Номер мобильного телефона"
EMAIL = "Адрес электронной почты"
PASSWORD = "Пароль"
PASSWORD_AGAIN = "Пароль (повторно)"
LOGIN = "Логин"

GOOD_PASSWORD = "зелёный чайник 7"
CREATED = "Личный кабинет создан"
ALREADY = "Кабинет уже создан"
NOT_A_MEMBER = "не являетесь членом Профсоюза"
SUPPORT_PHONE = "8 (800) 250-74-46"
FIRST_URL = re.compile(r"https?://\S+")


def label(page: Page, words: str) -> Locator:
    """The control with exactly this label."""
    return page.get_by_label(words, exact=True)


def button(page: Page, words: str) -> Locator:
    """The button with exactly these words."""
    return page.get_by_role("button", name=words, exact=True)


def link(page: Page, words: str) -> Locator:
    """The link with exactly these words."""
    return page.get_by_role("link", name=words, exact=True)


def agree(page: Page) -> None:
    """Tick every box of consent."""
    for box in page.get_by_role("checkbox").all():
        box.check()


def say_who(page: Page, full_name: str, card: str) -> None:
    """The first window: name and card typed, boxes ticked, «Зарегистрироваться» pressed."""
    label(page, NAME).fill(full_name)
    label(page, CARD).fill(card)
    agree(page)
    button(page, "Зарегистрироваться").click()


def change_contact(page: Page, words: str, value: str) -> None:
    """Open «Изменить» of a known contact and type another."""
    group = page.locator(".field", has=page.get_by_text(words, exact=True))
    group.get_by_text("Изменить", exact=True).click()
    label(page, words).fill(value)


def choose_password(page: Page, password: str = GOOD_PASSWORD, again: str | None = None) -> None:
    """The password, twice."""
    label(page, PASSWORD).fill(password)
    label(page, PASSWORD_AGAIN).fill(password if again is None else again)


def save(page: Page) -> None:
    """«Сохранить»."""
    button(page, "Сохранить").click()


def expect_heading(page: Page, words: str) -> None:
    """The page's only first heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def second_window(walker: Walker, member: Member) -> Page:
    """From the typed address to «Контакты и пароль»."""
    page = walker.open("register")
    say_who(page, member.full_name, member.printed_card)
    expect_heading(page, "Контакты и пароль")
    return page


def register(walker: Walker, member: Member, password: str = GOOD_PASSWORD) -> None:
    """The shortest whole registration of a member whose contacts the register knows."""
    page = second_window(walker, member)
    choose_password(page, password)
    save(page)
    expect_heading(page, CREATED)


def log_in(page: Page, login: str, password: str) -> None:
    """On the login tab: both fields and «Войти»."""
    label(page, LOGIN).fill(login)
    label(page, PASSWORD).fill(password)
    button(page, "Войти").click()


def first_url(letter: Message) -> str:
    """The first address in a letter."""
    found = FIRST_URL.search(letter["text"])
    assert found, f"no address in the letter:\n{letter['text']}"
    return found.group()


def problem(page: Page) -> str:
    """The words of the box that says why it cannot go on."""
    expect(page.locator(".problem")).to_be_visible()
    return page.locator(".problem").inner_text()
