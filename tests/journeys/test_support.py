"""The way to ask for help that every page offers (the feedback form of the manuals)."""

import re

from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive
from tests.support.members import sample_people
from tests.support.screens import SUPPORT_PHONE, button, expect_heading, label, link, log_in
from tests.support.walks import walks

MAILBOX = "help@profcards.ru"
WHO = "Как к Вам обращаться"
CONTACT = "Телефон или почта для ответа"
TOPIC = "Тема обращения"
QUESTION = "Ваш вопрос"
NUMBER = re.compile(r"Обращение (\d+)")


def _ask(page: Page, contact: str, question: str, who: str = "Ольга Сергеевна") -> str:
    """Fill in and send the form; the number of the request."""
    label(page, WHO).fill(who)
    label(page, CONTACT).fill(contact)
    label(page, TOPIC).select_option("Не получается зарегистрироваться")
    label(page, QUESTION).fill(question)
    button(page, "Отправить обращение").click()
    expect(page).to_have_title(NUMBER)
    found = NUMBER.search(page.title())
    assert found
    expect_heading(page, found.group())
    return found.group(1)


@walks(178, 180)
def test_guest_asks_by_e_mail_and_both_sides_get_a_letter(arrive: Arrive) -> None:
    walker = arrive("phone")
    page = walker.open()
    link(page, "Помощь").click()
    expect_heading(page, "Помощь")
    question = "Не пришло письмо. [войдите](https://example.org/) <b>жирно</b>"
    number = _ask(page, "Olga.S@pochta.example", question)
    expect(page.locator("main")).to_contain_text("o···@pochta.example")
    expect(page.locator("main")).to_contain_text(SUPPORT_PHONE)
    # The ticket's page may be shown to anybody: neither the question nor the contact stands there.
    assert "Не пришло письмо" not in page.content()
    assert "olga.s@" not in page.content().lower()

    received = walker.world.messages("olga.s@pochta.example")
    assert len(received) == 1
    assert number in received[0]["subject"]
    to_support = walker.world.messages(MAILBOX, about=number)[0]
    for words in ("Ольга Сергеевна", "olga.s@pochta.example", "Не получается зарегистрироваться", "Не пришло письмо"):
        assert words in to_support["text"]
    # What a person writes is text, never a link or a tag of the letter.
    assert 'href="https://example.org' not in to_support["html"]
    assert "<b>жирно" not in to_support["html"]


@walks(178, 180)
def test_guest_who_leaves_a_telephone_is_promised_a_call(arrive: Arrive) -> None:
    walker = arrive()
    page = walker.open("support")
    number = _ask(page, "8 (912) 345-67-80", "Не могу найти номер билета.", "Сергей")
    expect(page.locator("main")).to_contain_text("+7 ··· ··· 6780")
    expect(page.locator("main")).to_contain_text("по телефону")
    letters = walker.world.messages(MAILBOX, about=number)
    assert len(letters) == 1
    assert "+7 912 345-67-80" in letters[0]["text"]
    # Reading the page again sends nothing again.
    page.reload()
    expect_heading(page, f"Обращение {number}")
    assert len(walker.world.messages(MAILBOX, about=number)) == 1


@walks(180)
def test_empty_request_says_what_to_fill_in_and_keeps_the_rest(arrive: Arrive) -> None:
    page = arrive("phone").open("support")
    label(page, QUESTION).fill("Как сменить почту?")
    label(page, CONTACT).fill("не почта")
    button(page, "Отправить обращение").click()
    expect(page).to_have_title(re.compile("^Ошибка: Помощь"))
    expect(page.get_by_role("alert")).to_be_focused()
    for words in (WHO, CONTACT):
        expect(label(page, words)).to_have_attribute("aria-invalid", "true")
    expect(label(page, QUESTION)).to_have_value("Как сменить почту?")
    expect(label(page, CONTACT)).to_have_value("не почта")


@walks(180)
def test_member_need_not_say_the_name_again(arrive: Arrive) -> None:
    person = sample_people()[0]
    walker = arrive()
    log_in(walker.open("login"), person.member.card, person.password)
    expect_heading(walker.page, f"Здравствуйте, {person.member.given_names}")
    page = walker.open("support")
    expect(label(page, WHO)).to_have_value(person.member.full_name)
