"""A forgotten password is reset and a new one made up: by letter, by SMS, and with people's help (000; 001, 2.3)."""

import re

import pytest
import urllib3
from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive, Walker
from tests.support.keyboard import tab_to
from tests.support.members import Member, Members
from tests.support.screens import (
    ALREADY,
    CARD,
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    PHONE,
    SUPPORT_PHONE,
    button,
    change_contact,
    choose_password,
    expect_heading,
    first_url,
    label,
    link,
    log_in,
    register,
    save,
    say_who,
    second_window,
)
from tests.support.walks import walks
from tests.support.way_back import (
    BY_LETTER,
    BY_SMS,
    CHANGED,
    CONFIRM,
    DEAD_LINK,
    FOREIGN,
    LETTER_SENT,
    MAIL_SERVER,
    NEW_PASSWORD,
    SET_PASSWORD,
    ask_way_back,
    code_in,
    confirm_link,
    expect_in,
    expect_refused,
    give_code,
    letter_with_link,
    mailbox_of,
    number_of,
    other_code,
    set_new_password,
)

MAILBOX = "help@profcards.ru"
FREE_CALL = "tel:+78002507446"
STRANGERS_PASSWORD = "чужая дача у реки"
NOBODY = "66 0999 00017"


def _told(walker: Walker, member: Member) -> None:
    """Every contact of the cabinet hears that the password was changed."""
    walker.world.messages(mailbox_of(member), about=CHANGED)
    sms = walker.world.messages(number_of(member), channel="sms", about="пароль от Вашего кабинета изменён")[0]
    assert SUPPORT_PHONE in sms["text"]


@walks(44)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_member_resets_the_password_by_a_letter(arrive: Arrive, members: Members, script: bool) -> None:
    member = members.take()
    walker = arrive("phone") if script else arrive("phone", java_script_enabled=False)
    register(walker, member)

    page = walker.open("login")
    link(page, "Восстановить доступ").click()
    expect_heading(page, "Восстановление доступа")
    label(page, CARD).fill(member.printed_card)
    expect(label(page, BY_LETTER)).to_be_checked()
    button(page, "Продолжить").click()
    expect_heading(page, LETTER_SENT)
    # Whoever typed somebody else's number learns nothing about that person.
    for known in (member.email_mask, member.phone_mask, mailbox_of(member), member.given_names):
        assert known not in page.content()

    letter = letter_with_link(walker, mailbox_of(member))
    assert "ничего делать не нужно" in letter["text"]
    confirm_link(page, first_url(letter))
    expect_heading(page, SET_PASSWORD)
    choose_password(page, NEW_PASSWORD, "другой пароль 9")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Пароли не совпадают")
    set_new_password(page)
    _told(walker, member)

    link(page, "Войти в кабинет").click()
    log_in(page, member.card, NEW_PASSWORD)
    expect_heading(page, f"Здравствуйте, {member.given_names}")
    expect_refused(arrive(), member, GOOD_PASSWORD)


@walks(44)
def test_letter_is_opened_on_another_device(arrive: Arrive, members: Members) -> None:
    member = members.take()
    desktop, phone = arrive(), arrive("phone")
    register(desktop, member)
    expect_in(phone, member)
    asked = ask_way_back(desktop, member.card)

    confirm_link(phone.page, first_url(letter_with_link(phone, mailbox_of(member))))
    # The run has gone to the telephone; who only typed the number does not get in by somebody else's letter.
    asked.reload()
    expect_heading(asked, FOREIGN)
    set_new_password(phone.page)
    # Everywhere the cabinet is closed, here too: the old password opened it.
    phone.open("me/")
    expect_heading(phone.page, "Вход")
    expect_in(phone, member, NEW_PASSWORD)


def _look_into(address: str) -> None:
    """What mail servers do with the links of a letter before its reader sees it."""
    for method in ("HEAD", "GET", "GET"):
        seen = urllib3.request(method, address, headers=MAIL_SERVER, retries=False, timeout=10.0)
        assert seen.status == 200
    # Even one that presses buttons has no form of its own to press.
    pressed = urllib3.request("POST", address, headers=MAIL_SERVER, retries=False, timeout=10.0)
    assert pressed.status == 403


@walks(44)
def test_mail_server_that_opens_the_link_first_uses_nothing_up(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = ask_way_back(walker, member.card)
    address = first_url(letter_with_link(walker, mailbox_of(member)))
    _look_into(address)

    page.goto(address)
    page.reload()
    confirm_link(page, address)
    set_new_password(page)
    # Once used, it leads nowhere, and says where to get another.
    late = arrive().page
    answer = late.goto(address)
    assert answer is not None
    assert answer.status == 410
    expect_heading(late, DEAD_LINK)
    link(late, "Получить новую ссылку").click()
    expect_heading(late, "Восстановление доступа")


@walks(44)
def test_second_letter_ends_the_first(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    register(walker, member)
    page = ask_way_back(walker, member.card)
    first = first_url(letter_with_link(walker, mailbox_of(member)))
    button(page, "Отправить ещё раз").click()
    expect(page.get_by_role("status")).to_contain_text("Отправили ещё раз")
    second = first_url(letter_with_link(walker, mailbox_of(member), at_least=2))
    assert first != second
    page.goto(first)
    expect_heading(page, DEAD_LINK)
    confirm_link(page, second)
    set_new_password(page)


@walks(44)
def test_member_resets_the_password_by_sms(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = ask_way_back(walker, member.card, BY_SMS)
    assert member.phone_mask not in page.content()
    first = code_in(walker.world.messages(number_of(member), channel="sms")[0])

    give_code(page, other_code(first))
    expect(page).to_have_title(re.compile("^Ошибка: Код из SMS"))
    expect(page.get_by_role("alert")).to_contain_text("Код не подошёл")
    button(page, "Получить новый код").click()
    expect(page.get_by_role("status")).to_contain_text("Прежние ссылки и коды больше не действуют")
    second = code_in(walker.world.messages(number_of(member), channel="sms", at_least=2)[0])
    give_code(page, first)
    expect(page.get_by_role("alert")).to_contain_text("Код не подошёл")
    # As it stands in the message, or in groups: both are the code.
    give_code(page, f"{second[:3]} {second[3:]}")
    set_new_password(page)
    _told(walker, member)
    expect_in(walker, member, NEW_PASSWORD)
    expect_refused(arrive(), member, GOOD_PASSWORD)


@walks(44)
def test_nobody_can_tell_who_has_a_cabinet(arrive: Arrive, members: Members) -> None:
    member = members.take()
    register(arrive(), member)

    def words_of(page: Page) -> str:
        return re.sub(r"\d[\d ]{11,}\d", "№", page.locator("main").inner_text())

    for way in (BY_LETTER, BY_SMS):
        known = ask_way_back(arrive(), member.card, way)
        unknown = ask_way_back(arrive(), NOBODY, way)
        assert words_of(known) == words_of(unknown)
        assert known.title() == unknown.title()


def _reach_people(page: Page, way: str, walker: Walker, member: Member) -> None:
    """From /recover to people who help, by one of the three ways that the page names."""
    help_box = page.get_by_role("complementary")
    if way == "phone":
        expect(help_box.get_by_role("link", name=SUPPORT_PHONE)).to_have_attribute("href", FREE_CALL)
    elif way == "mailbox":
        expect(help_box.get_by_role("link", name=MAILBOX)).to_have_attribute("href", f"mailto:{MAILBOX}")
    else:
        help_box.get_by_role("link", name="Заполните форму обратной связи").click()
        expect(label(page, "Тема обращения").locator("option:checked")).to_have_text("Забыли пароль")
        label(page, "Как к Вам обращаться").fill(member.given_names)
        label(page, "Телефон или почта для ответа").fill(member.email)
        label(page, "Ваш вопрос").fill(f"Не помню пароль, номер билета {member.printed_card}.")
        button(page, "Отправить обращение").click()
        expect(page).to_have_title(re.compile(r"^Обращение \d+"))
        number = page.title().split()[1]
        letter = walker.world.messages(MAILBOX, about=number)[0]
        assert "Забыли пароль" in letter["text"]
        assert member.card in letter["text"].replace(" ", "")


@walks(44, 45, 46, 47)
@pytest.mark.parametrize("way", ["form", "phone", "mailbox"])
def test_people_help_with_a_link_and_never_see_a_password(arrive: Arrive, members: Members, way: str) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = walker.open("recover")
    _reach_people(page, way, walker, member)

    # The operator has made sure who it is; what the command prints is all that the operator gives.
    printed = walker.world.command("user", "reset-link", "profcards", member.printed_card).split()
    assert len(printed) == 1
    confirm_link(page, printed[0])
    set_new_password(page)
    _told(walker, member)
    expect_in(walker, member, NEW_PASSWORD)
    expect_refused(arrive(), member, GOOD_PASSWORD)
    page = arrive().page
    page.goto(printed[0])
    expect_heading(page, DEAD_LINK)


def _stranger_makes_a_login(stranger: Walker, member: Member, mailbox: str) -> None:
    """Name and card are enough to register: the contacts are the stranger's."""
    page = second_window(stranger, member)
    change_contact(page, PHONE, "8 912 000 11 22")
    change_contact(page, EMAIL, mailbox)
    choose_password(page, STRANGERS_PASSWORD)
    save(page)
    expect_heading(page, CREATED)
    expect_in(stranger, member, STRANGERS_PASSWORD)


@walks(15, 44)
def test_true_holder_takes_back_a_login_that_a_stranger_made(arrive: Arrive, members: Members) -> None:
    member = members.take()
    stranger, holder = arrive("laptop"), arrive("phone")
    mailbox = f"chuzhoy.{member.card}@pochta.example"
    _stranger_makes_a_login(stranger, member, mailbox)

    page = holder.open("register")
    say_who(page, member.full_name, member.printed_card)
    expect_heading(page, ALREADY)
    link(page, "Восстановить доступ").click()
    ask_way_back(holder, member.card)
    confirm_link(page, first_url(letter_with_link(holder, mailbox_of(member))))
    set_new_password(page)
    expect_in(holder, member, NEW_PASSWORD)

    # The stranger is out: the session, the password, the contacts, and the way back through them.
    stranger.open("me/")
    expect_heading(stranger.page, "Вход")
    expect_refused(stranger, member, STRANGERS_PASSWORD)
    page = holder.open("me/profile")
    assert "c···@pochta.example" not in page.content()
    before = len(holder.world.messages(mailbox))
    ask_way_back(stranger, member.card)
    letter_with_link(holder, mailbox_of(member), at_least=2)
    assert len(holder.world.messages(mailbox)) == before


@walks(44)
def test_stranger_with_the_second_copy_of_the_letter_comes_too_late(arrive: Arrive, members: Members) -> None:
    """Until the holder proves it, both contacts get the link; whoever presses second finds it used."""
    member = members.take()
    stranger, holder = arrive(), arrive("phone")
    mailbox = f"chuzhoy.{member.card}@pochta.example"
    _stranger_makes_a_login(stranger, member, mailbox)
    page = ask_way_back(holder, member.card)
    theirs = first_url(letter_with_link(holder, mailbox))
    confirm_link(page, first_url(letter_with_link(holder, mailbox_of(member))))
    stranger.page.goto(theirs)
    expect_heading(stranger.page, DEAD_LINK)
    set_new_password(page)
    expect_in(holder, member, NEW_PASSWORD)


@walks(44)
def test_code_is_given_by_keyboard_alone(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    register(walker, member)
    page = ask_way_back(walker, member.card, BY_SMS)
    code = code_in(walker.world.messages(number_of(member), channel="sms")[0])
    tab_to(page, button(page, "Подтвердить"))
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    tab_to(page, alert.get_by_role("link").first)
    page.keyboard.press("Enter")
    field = label(page, "Код подтверждения")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect_heading(page, SET_PASSWORD)
    for words in ("Пароль", "Пароль (повторно)"):
        tab_to(page, label(page, words))
        page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect_heading(page, CHANGED)
    tab_to(page, link(page, "Войти в кабинет"))
    page.keyboard.press("Enter")
    expect_heading(page, "Вход")


@walks(44)
def test_confirm_page_says_what_its_button_does(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    page = ask_way_back(walker, member.card)
    page.goto(first_url(letter_with_link(walker, mailbox_of(member))))
    expect_heading(page, CONFIRM)
    expect(page.locator("main")).to_contain_text("ничего не изменится")
    assert member.given_names not in page.content()
    # Who does not press stays with the old password.
    expect_in(arrive(), member)
