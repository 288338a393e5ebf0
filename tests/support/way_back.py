"""The way back in and the change of contacts, as hands work them in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.support.browsing import Walker
from tests.support.members import Member
from tests.support.screens import (
    CARD,
    GOOD_PASSWORD,
    PASSWORD,
    button,
    choose_password,
    expect_heading,
    label,
    link,
    log_in,
    save,
)
from tests.support.world import Message

BY_LETTER = "Письмо со ссылкой на электронную почту"
BY_SMS = "SMS с кодом на мобильный телефон"
CODE = "Код подтверждения"
NEW_PASSWORD = "фиолетовый поезд 12"
LETTER_SENT = "Проверьте почту"
CODE_SENT = "Код из SMS"
CONFIRM = "Новый пароль для входа"
SET_PASSWORD = "Новый пароль"
CHANGED = "Пароль изменён"
LINK_SUBJECT = "Новый пароль для входа"
DEAD_LINK = "Ссылка больше не действует"
FOREIGN = "Эта страница открывается только там, где Вы начали"
PROVE = "Подтвердите, что это Вы"
CODE_LINE = re.compile(r"^Код: (\d{6,8})$", re.MULTILINE)
MAIL_SERVER = {"User-Agent": "Mail-Scanner/3.1", "X-Forwarded-For": "198.18.255.254"}


def e164(phone: str) -> str:
    """A number as messages are sent to it."""
    return "+7" + "".join(sign for sign in phone if sign.isdigit())[-10:]


def number_of(member: Member) -> str:
    """The member's number in the register."""
    return e164(member.phone)


def mailbox_of(member: Member) -> str:
    """The member's mailbox in the register."""
    return member.email.lower()


def ask_way_back(walker: Walker, card: str, way: str = BY_LETTER) -> Page:
    """/recover: the number, one of the two ways, «Продолжить»."""
    page = walker.open("recover?fresh=1")
    label(page, CARD).fill(card)
    label(page, way).check()
    button(page, "Продолжить").click()
    expect_heading(page, LETTER_SENT if way == BY_LETTER else CODE_SENT)
    return page


def letter_with_link(walker: Walker, mailbox: str, *, at_least: int = 1) -> Message:
    """The newest letter with a link for a new password."""
    return walker.world.messages(mailbox, at_least=at_least, about=LINK_SUBJECT)[0]


def code_in(message: Message) -> str:
    """The code that stands alone on its line; nothing before it looks like one."""
    found = CODE_LINE.search(message["text"])
    assert found, f"no code in the message:\n{message['text']}"
    assert not re.search(r"\d{4,8}", message["text"][: found.start()])
    return found.group(1)


def other_code(code: str) -> str:
    """A code of the same length that is not the right one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def give_code(page: Page, code: str) -> None:
    """Type a code and press «Подтвердить»."""
    label(page, CODE).fill(code)
    button(page, "Подтвердить").click()


def confirm_link(page: Page, address: str, heading: str = CONFIRM) -> None:
    """Open a letter's link and press its button."""
    page.goto(address)
    expect_heading(page, heading)
    button(page, "Подтвердить").click()


def set_new_password(page: Page, password: str = NEW_PASSWORD) -> None:
    """The last screen of recovery, twice the password, «Сохранить»."""
    expect_heading(page, SET_PASSWORD)
    choose_password(page, password)
    save(page)
    expect_heading(page, CHANGED)


def expect_in(walker: Walker, member: Member, password: str = GOOD_PASSWORD) -> Page:
    """The password opens the member's cabinet."""
    page = walker.open("login")
    log_in(page, member.card, password)
    expect_heading(page, f"Здравствуйте, {member.given_names}")
    return page


def expect_refused(walker: Walker, member: Member, password: str) -> None:
    """The password opens nothing."""
    page = walker.open("login")
    log_in(page, member.card, password)
    expect(page.get_by_role("alert")).to_contain_text("не подошли")


def change_in_profile(page: Page, what: str) -> None:
    """The profile's «Изменить» (or «Добавить») of one row."""
    link(page, "Профиль").click()
    expect_heading(page, "Профиль")
    page.get_by_role("link", name=re.compile(rf"^(Изменить|Добавить)\s?: {what}$")).click()


def prove(page: Page, password: str = GOOD_PASSWORD) -> None:
    """The password once more, where it is asked for."""
    expect_heading(page, PROVE)
    label(page, PASSWORD).fill(password)
    button(page, "Продолжить").click()


def status_address(page: Page) -> str:
    """The address of the public page of the run at hand."""
    address = link(page, "Что с ней сейчас").get_attribute("href")
    assert address
    return address
