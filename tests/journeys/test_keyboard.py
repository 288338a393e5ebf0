"""Registration and login with nothing but a keyboard."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import Arrive
from tests.support.keyboard import tab_to
from tests.support.members import Members
from tests.support.screens import (
    CARD,
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    LOGIN,
    NAME,
    PASSWORD,
    PASSWORD_AGAIN,
    button,
    expect_heading,
    label,
    link,
)
from tests.support.walks import walks


def _press(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def _type(page: Page, words: str, text: str) -> None:
    tab_to(page, label(page, words))
    page.keyboard.type(text)


@walks(11, 14, 17, 19, 21, 22, 30, 33, 35, 37, 41, 42, 43)
def test_member_registers_and_logs_in_by_keyboard(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    page = walker.open()
    # The first stop leads past the header.
    tab_to(page, link(page, "Перейти к содержанию"))
    page.keyboard.press("Enter")
    _press(page, link(page, "Регистрация"))
    expect_heading(page, "Регистрация")

    _press(page, button(page, "Зарегистрироваться"))
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    tab_to(page, alert.get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(label(page, NAME)).to_be_focused()
    page.keyboard.type(member.full_name)
    _type(page, CARD, member.printed_card)
    for box in page.get_by_role("checkbox").all():
        tab_to(page, box)
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    page.keyboard.press("Enter")

    expect_heading(page, "Контакты и пароль")
    change = page.locator("summary", has_text="Изменить").nth(1)
    _press(page, change)
    _type(page, EMAIL, f"klaviatura.{member.card}@pochta.example")
    _type(page, PASSWORD, GOOD_PASSWORD)
    _type(page, PASSWORD_AGAIN, GOOD_PASSWORD)
    tab_to(page, button(page, "Показать пароль"))
    page.keyboard.press("Space")
    expect(label(page, PASSWORD)).to_have_attribute("type", "text")
    _press(page, button(page, "Сохранить"))
    expect_heading(page, CREATED)
    assert len(walker.world.messages(f"klaviatura.{member.card}@pochta.example")) == 1

    _press(page, link(page, "Войти в кабинет"))
    expect_heading(page, "Вход")
    _type(page, LOGIN, member.card)
    _type(page, PASSWORD, GOOD_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/me/$"))
    _press(page, page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Профиль"))
    _press(page, button(page, "Выйти"))
    expect(page).to_have_url(walker.world.home)
