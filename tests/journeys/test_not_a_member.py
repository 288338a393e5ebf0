"""The manual's «ВНИМАНИЕ!»: what the first window answers when it does not find the person."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive
from tests.support.members import Member, Members, sample_people
from tests.support.screens import (
    CARD,
    NAME,
    NOT_A_MEMBER,
    SUPPORT_PHONE,
    button,
    expect_heading,
    label,
    link,
    problem,
    say_who,
)
from tests.support.walks import walks

STRANGER = "Ветров Олег Игоревич"
NOBODYS_CARD = "66 0999 00000"
ADVICE = (
    "Проверьте фамилию, имя, отчество и номер профсоюзного билета.",
    "Попробуйте ввести данные ещё раз.",
    f"Если сообщение повторится, позвоните в поддержку: {SUPPORT_PHONE}.",
)


def _pairs(member: Member) -> dict[str, tuple[str, str]]:
    registered = sample_people()[0].member
    return {
        "another name": (STRANGER, member.printed_card),
        "another card": (member.full_name, NOBODYS_CARD),
        "neither is known": (STRANGER, NOBODYS_CARD),
        "somebody else's card": (member.full_name, registered.printed_card),
        "another name for a card with a cabinet": (STRANGER, registered.printed_card),
    }


def _answer(page: Page, full_name: str, card: str) -> str:
    say_who(page, full_name, card)
    return problem(page)


@walks(24, 25, 26, 27, 28)
def test_person_who_is_not_found_reads_one_and_the_same_answer(arrive: Arrive, members: Members) -> None:
    member = members.look_for(lambda each: "ё" in each.full_name)
    walker = arrive("phone")
    answers = set()
    for full_name, card in _pairs(member).values():
        page = walker.open("register")
        answers.add(_answer(page, full_name, card))
        expect(page).to_have_title("Ошибка: Регистрация, шаг 1 из 2 — ПРОФКАРДС")
        # It names no field, and both keep what was typed.
        expect(page.locator("[aria-invalid]")).to_have_count(0)
        expect(label(page, NAME)).to_have_value(full_name)
        expect(label(page, CARD)).to_have_value(card.replace(" ", ""))
    assert len(answers) == 1, "an answer that differs tells a stranger which part is right"
    assert NOT_A_MEMBER in answers.pop()


@walks(25, 26, 27, 28)
def test_person_who_mistyped_reads_three_advices_and_goes_on_in_the_same_form(arrive: Arrive, members: Members) -> None:
    member = members.look_for(lambda each: bool(each.phone))
    page = arrive().open("register")
    answer = _answer(page, member.full_name, NOBODYS_CARD)
    assert NOT_A_MEMBER in answer
    assert page.locator(".problem ol > li").all_inner_texts() == list(ADVICE)
    call = page.locator(".problem").get_by_role("link", name=SUPPORT_PHONE)
    expect(call).to_have_attribute("href", "tel:+78002507446")
    # The answer is what a screen reader stands on.
    expect(page.locator(".problem")).to_be_focused()
    for box in page.get_by_role("checkbox").all():
        expect(box).to_be_checked()

    label(page, CARD).fill(member.printed_card)
    button(page, "Зарегистрироваться").click()
    expect_heading(page, "Контакты и пароль")


@walks(18)
@pytest.mark.parametrize("short", ["Семёнов П. А.", "Семёнов П А", "П. А. Семёнов", "Семёнов Пётр А."])
def test_person_who_writes_initials_is_asked_for_the_full_name(arrive: Arrive, members: Members, short: str) -> None:
    page = arrive().open("register")
    say_who(page, short, "66 0319 02746")
    expect(page.get_by_role("alert")).to_contain_text("Напишите имя и отчество полностью")
    expect(label(page, NAME)).to_have_attribute("aria-invalid", "true")
    expect(label(page, NAME)).to_have_value(short)
    expect(page.locator(".problem")).to_have_count(0)


@walks(17, 19, 22)
def test_person_who_sends_an_empty_form_reads_what_is_missing(arrive: Arrive) -> None:
    page = arrive("phone").open("register")
    button(page, "Зарегистрироваться").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("listitem")).to_have_count(4)
    for words in (NAME, CARD):
        expect(label(page, words)).to_have_attribute("aria-invalid", "true")
    # Each line of the summary leads to its field.
    alert.get_by_role("link").nth(1).click()
    expect(label(page, CARD)).to_be_focused()


@walks(15)
@pytest.mark.parametrize("letters", [str, str.upper])
def test_member_who_has_a_cabinet_is_told_to_log_in(arrive: Arrive, letters: type[str]) -> None:
    member = sample_people()[0].member
    page = arrive().open("register")
    say_who(page, letters(member.full_name), member.card)
    expect_heading(page, "Кабинет уже создан")
    expect(page.get_by_text("Забыли пароль или кабинет создали не Вы?")).to_be_visible()
    expect(link(page, "Восстановить доступ")).to_be_visible()
    expect(page.locator("main")).to_contain_text(SUPPORT_PHONE)
    link(page, "Перейти ко входу").click()
    expect_heading(page, "Вход")
