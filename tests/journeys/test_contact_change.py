"""A member gives another telephone, another e-mail or another password, and the old contact hears of it."""

import re

from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive, Walker
from tests.support.members import Members
from tests.support.screens import (
    EMAIL,
    GOOD_PASSWORD,
    PASSWORD,
    PHONE,
    SUPPORT_PHONE,
    button,
    choose_password,
    expect_heading,
    label,
    link,
    problem,
    register,
    save,
    second_window,
)
from tests.support.walks import walks
from tests.support.way_back import (
    CHANGED,
    NEW_PASSWORD,
    PROVE,
    change_in_profile,
    code_in,
    expect_in,
    expect_refused,
    give_code,
    mailbox_of,
    number_of,
    other_code,
    prove,
    set_new_password,
)
from tests.support.world import Message

CODE_SUBJECT = "Код подтверждения"
CHANGED_SUBJECT = "изменён"


def _code(walker: Walker, to: str, channel: str = "email") -> str:
    """The newest code at a mailbox or a telephone."""
    about = CODE_SUBJECT if channel == "email" else ""
    return code_in(walker.world.messages(to, channel=channel, about=about)[0])


def _row(page: Page, words: str) -> str:
    """What the profile shows in one row."""
    return page.locator(".facts > div", has=page.get_by_text(words, exact=True)).inner_text()


def _next(page: Page) -> None:
    button(page, "Продолжить").click()


@walks(30)
def test_member_changes_the_telephone(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = expect_in(walker, member)
    change_in_profile(page, "Телефон")
    expect_heading(page, "Новый номер телефона")
    _next(page)
    expect(page.get_by_role("alert")).to_be_visible()
    label(page, PHONE).fill("8 (912) 777-66-01")
    _next(page)

    # First the old contact, then the new one: neither alone is enough.
    expect_heading(page, "Подтвердите, что это Вы")
    expect(page.locator("main")).to_contain_text(member.email_mask)
    give_code(page, _code(walker, mailbox_of(member)))
    expect_heading(page, "Подтвердите новый номер")
    expect(page.locator("main")).to_contain_text("+7 ··· ··· 6601")
    right = _code(walker, "+79127776601", "sms")
    give_code(page, other_code(right))
    expect(page.get_by_role("alert")).to_contain_text("Код не подошёл")
    give_code(page, right)
    expect_heading(page, "Номер телефона изменён")
    link(page, "Вернуться в профиль").click()
    assert "+7 ··· ··· 6601" in _row(page, "Телефон")
    assert "Не подтверждено" not in _row(page, "Телефон")

    for notice in _notices(walker, mailbox_of(member), number_of(member)):
        assert "изменён телефон" in notice["text"]
        assert SUPPORT_PHONE in notice["text"]
        # Who reads the old mailbox need not learn the whole new number.
        assert "777" not in notice["text"]


def _notices(walker: Walker, mailbox: str, number: str) -> list[Message]:
    """What the contacts that were there before were told."""
    letter = walker.world.messages(mailbox, about=CHANGED_SUBJECT)[0]
    return [letter, walker.world.messages(number, channel="sms", about=CHANGED_SUBJECT)[0]]


@walks(30)
def test_member_changes_the_mailbox_without_script(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone", java_script_enabled=False)
    register(walker, member)
    page = expect_in(walker, member)
    change_in_profile(page, "Электронная почта")
    expect_heading(page, "Новый адрес электронной почты")
    mailbox = f"novyy.{member.card}@pochta.example"
    label(page, EMAIL).fill(mailbox.upper())
    _next(page)
    expect(page.locator("main")).to_contain_text(member.phone_mask)
    give_code(page, _code(walker, number_of(member), "sms"))
    expect_heading(page, "Подтвердите новый адрес")
    give_code(page, _code(walker, mailbox))
    expect_heading(page, "Адрес электронной почты изменён")
    link(page, "Вернуться в профиль").click()
    assert "n···@pochta.example" in _row(page, "Электронная почта")
    for notice in _notices(walker, mailbox_of(member), number_of(member)):
        assert "изменён адрес электронной почты" in notice["text"]
        assert mailbox not in notice["text"]


@walks(33, 35, 36, 42)
def test_new_password_closes_the_cabinet_everywhere_else(arrive: Arrive, members: Members) -> None:
    member = members.take()
    phone, desktop = arrive("phone"), arrive()
    register(phone, member)
    expect_in(desktop, member)
    page = expect_in(phone, member)
    change_in_profile(page, "Пароль")
    expect_heading(page, "Новый пароль")
    choose_password(page, NEW_PASSWORD, "другой пароль 9")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Пароли не совпадают")
    set_new_password(page)
    link(page, "Вернуться в профиль").click()
    expect_heading(page, "Профиль")

    desktop.open("me/")
    expect_heading(desktop.page, "Вход")
    expect_refused(desktop, member, GOOD_PASSWORD)
    expect_in(desktop, member, NEW_PASSWORD)
    phone.world.messages(mailbox_of(member), about=CHANGED)


@walks(30)
def test_member_without_a_vouched_contact_is_sent_to_people(arrive: Arrive, members: Members) -> None:
    """Contacts that only the person named prove nothing: whoever knows name and card could have named them."""
    member = members.take(lambda each: not each.phone and not each.email)
    walker = arrive()
    page = second_window(walker, member)
    label(page, PHONE).fill("8 912 777 66 40")
    label(page, EMAIL).fill(f"sam.{member.card}@pochta.example")
    choose_password(page)
    save(page)
    page = expect_in(walker, member)
    change_in_profile(page, "Телефон")
    label(page, PHONE).fill("8 912 777 66 41")
    _next(page)
    words = problem(page)
    assert "Нужна помощь поддержки" in words
    assert SUPPORT_PHONE in words
    walker.open("me/profile")
    assert "+7 ··· ··· 6640" in _row(page, "Телефон")
    assert "Не подтверждено" in _row(page, "Телефон")


@walks(42)
def test_password_is_asked_once_more_before_what_matters(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = expect_in(walker, member)
    change = walker.open("me/flows/change_password").url.removeprefix(walker.world.root)
    walker.open(f"me/prove?next={change}")
    expect_heading(page, PROVE)
    _next(page)
    expect(page.get_by_role("alert")).to_contain_text("Введите пароль")
    prove(page, "не тот пароль")
    expect(page).to_have_title(re.compile("^Ошибка: "))
    expect(label(page, PASSWORD)).to_have_value("")
    prove(page)
    expect_heading(page, "Новый пароль")


@walks(42)
def test_change_begun_in_one_session_is_closed_to_another(arrive: Arrive, members: Members) -> None:
    member = members.take()
    first, second = arrive(), arrive("phone")
    register(first, member)
    page = expect_in(first, member)
    change_in_profile(page, "Телефон")
    label(page, PHONE).fill("8 912 777 66 51")
    _next(page)
    expect_heading(page, "Подтвердите, что это Вы")
    expect_in(second, member)
    answer = second.page.goto(page.url)
    assert answer is not None
    assert answer.status == 404
    assert member.email_mask not in second.page.content()
