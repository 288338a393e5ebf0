"""Both manuals of ПРОФКАРДС from the first press to the open cabinet, screen by screen (000; 001, 2.2 and 2.3)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive, Walker
from tests.support.members import Member, Members
from tests.support.screens import (
    CARD,
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    LOGIN,
    NAME,
    PASSWORD,
    PASSWORD_AGAIN,
    PHONE,
    agree,
    button,
    change_contact,
    choose_password,
    expect_heading,
    first_url,
    label,
    link,
    log_in,
    save,
)
from tests.support.walks import walks

OTHER_EMAIL = "Novaya.Pochta.{card}@pochta.example"
OWN_LINE = re.compile(r"^<?https?://\S+>?$")


@walks(11, 15, 16)
def press_registration(walker: Walker) -> Page:
    """«Для регистрации (первого входа в систему) Вам нужно нажать на кнопку «РЕГИСТРАЦИЯ»»."""
    page = walker.open()
    link(page, "Регистрация").click()
    # The pop-up window of the manual is a page of its own: it has an address, and the back button leads out of it.
    expect(page).to_have_url(walker.world.home + "register")
    expect_heading(page, "Регистрация")
    return page


@walks(17, 18, 19, 23)
def type_name_and_card(page: Page, member: Member) -> None:
    """Name in full, card number, and the request to check what was typed."""
    expect(label(page, NAME)).to_have_attribute("autocomplete", "name")
    expect(label(page, NAME)).to_have_accessible_description(re.compile("Полностью, без сокращений"))
    expect(page.get_by_text("Проверьте правильность введённых данных")).to_be_visible()
    label(page, NAME).fill(member.full_name)
    label(page, CARD).fill(member.printed_card)


@walks(20, 181)
def read_documents(page: Page, member: Member) -> None:
    """«Ознакомиться с правилами использования системы ПРОФКАРДС»: in a new tab, the answers stay."""
    for words, text in (
        ("правила использования системы ПРОФКАРДС", "правил"),
        ("согласие на обработку персональных данных", "персональных данных"),
    ):
        with page.expect_popup() as opened:
            link(page, words).click()
        document = opened.value
        expect(document.get_by_role("heading", level=1)).to_be_visible()
        expect(document.get_by_text("Редакция")).to_be_visible()
        expect(document.locator(".prose")).to_contain_text(text)
        document.close()
    expect(label(page, NAME)).to_have_value(member.full_name)
    expect(label(page, CARD)).to_have_value(member.printed_card)


@walks(21, 22)
def agree_and_press(page: Page) -> None:
    """Consent is a box that nobody ticked beforehand (the law since 2025-09-01), not the button itself."""
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        expect(box).not_to_be_checked()
    button(page, "Зарегистрироваться").click()
    expect(page).to_have_title(re.compile("^Ошибка: "))
    expect(page.get_by_role("alert")).to_contain_text("согласие на обработку персональных данных")
    agree(page)
    button(page, "Зарегистрироваться").click()


@walks(24, 29, 32, 33, 34, 35, 40)
def see_contacts_and_password(page: Page, member: Member) -> None:
    """The second window: contacts of the register, a password twice; nothing was sent, no code is asked."""
    expect_heading(page, "Контакты и пароль")
    expect(page.get_by_text(member.phone_mask, exact=True)).to_be_visible()
    expect(page.get_by_text(member.email_mask, exact=True)).to_be_visible()
    # A mask is text; it is never the value of a field.
    for words in (PHONE, EMAIL, PASSWORD, PASSWORD_AGAIN):
        expect(label(page, words)).to_have_value("")
    expect(label(page, PASSWORD)).to_be_visible()
    expect(label(page, PASSWORD_AGAIN)).to_be_visible()
    expect(page.get_by_text("никому его не сообщайте")).to_be_visible()
    expect(page.get_by_text(re.compile("код", re.IGNORECASE))).to_have_count(0)


@walks(30)
def change_email(page: Page, email: str) -> None:
    """«В случае необходимости внесите изменения»."""
    expect(label(page, PHONE)).to_be_hidden()
    change_contact(page, EMAIL, email)


@walks(36)
def type_two_different_passwords(page: Page, email: str) -> None:
    """«Если введенные пароли не совпадают … система попросит ввести заново»; nothing else has to be typed again."""
    choose_password(page, GOOD_PASSWORD, GOOD_PASSWORD + "!")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Пароли не совпадают")
    expect(page).to_have_title(re.compile("^Ошибка: "))
    expect(label(page, PASSWORD)).to_have_value("")
    expect(label(page, EMAIL)).to_have_value(email.lower())


@walks(37)
def type_the_password_and_save(page: Page, member: Member) -> None:
    """«Для завершения регистрации нажмите на кнопку «Сохранить»»."""
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
    expect(page.get_by_text(member.card, exact=True)).to_be_visible()


@walks(38, 39, 41, 178)
def read_the_letter(walker: Walker, member: Member, email: str) -> str:
    """The letter goes to the address in use now, and only there; its link leads to the login page."""
    letters = walker.world.messages(email.lower())
    assert len(letters) == 1
    letter = letters[0]
    assert "кабинет" in letter["subject"]
    assert "создан" in letter["subject"]
    assert "Личный кабинет" in letter["text"]
    lines = [line.strip() for line in letter["text"].splitlines()]
    assert f"Логин: {member.card}" in lines
    address = first_url(letter).strip("<>")
    assert next(line for line in lines if OWN_LINE.match(line)).strip("<>") == address
    assert address == walker.world.home + "login"
    assert f'href="{address}"' in letter["html"]
    assert member.given_names.split()[0] in letter["text"]
    assert GOOD_PASSWORD not in letter["text"] + letter["html"]
    assert not walker.world.messages(member.email.lower(), at_least=0)
    digits = "".join(filter(str.isdigit, member.phone))[-10:]
    assert not walker.world.messages(f"+7{digits}", at_least=0, channel="sms")
    return address


@walks(12, 14, 41, 42)
def enter_on_the_login_tab(walker: Walker, member: Member) -> None:
    """«Нажать кнопку «ВХОД/РЕГИСТРАЦИЯ». На вкладке вход ввести свои ЛОГИН … ПАРОЛЬ»."""
    page = walker.open()
    link(page, "Вход/Регистрация").click()
    expect(label(page, LOGIN)).to_have_accessible_description("Номер профсоюзного билета")
    log_in(page, member.card, GOOD_PASSWORD)


@walks(43, 179)
def see_the_cabinet(walker: Walker, member: Member) -> None:
    """«В результате откроется Ваш Личный кабинет»."""
    page = walker.page
    expect(page).to_have_url(walker.world.home + "me/")
    expect_heading(page, f"Здравствуйте, {member.given_names}")
    ticket = page.get_by_role("region", name="Электронный профсоюзный билет")
    expect(ticket).to_contain_text(member.printed_card)
    expect(ticket.locator("img")).to_have_js_property("complete", value=True)
    for words in ("К выплате", "Начислено"):
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    assert page.locator(".money-sum").inner_text().split() == ["0,00", "₽"]
    assert page.locator(".offer").count() > 0
    assert page.locator(".news-card").count() > 0


@walks(30, 39)
def see_the_contacts_in_the_profile(walker: Walker, member: Member, email: str) -> None:
    """The changed contact is the person's own, the untouched one is the register's."""
    page = walker.page
    link(page, "Профиль").click()
    expect_heading(page, "Профиль")
    email_row = page.locator("dl > div").filter(has_text="Электронная почта")
    expect(email_row).to_contain_text(f"{email[0].lower()}···@")
    expect(email_row).to_contain_text("Указано Вами")
    phone_row = page.locator("dl > div").filter(has_text="Телефон")
    expect(phone_row).to_contain_text(member.phone_mask)
    expect(phone_row).to_contain_text("Из реестра")
    consents = page.get_by_role("region", name="Ваши согласия")
    expect(consents.get_by_role("listitem")).to_have_count(2)


def leave(walker: Walker) -> None:
    """«Выйти» ends the session: the cabinet asks who it is, and afterwards opens what was wanted."""
    page = walker.page
    button(page, "Выйти").click()
    expect(page).to_have_url(walker.world.home)
    walker.open("me/profile")
    expect_heading(page, "Вход")


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_member_registers_and_enters_as_the_manual_says(arrive: Arrive, members: Members, device: str) -> None:
    member = members.take()
    email = OTHER_EMAIL.format(card=member.card)
    walker = arrive(device)
    page = press_registration(walker)
    type_name_and_card(page, member)
    read_documents(page, member)
    agree_and_press(page)
    see_contacts_and_password(page, member)
    change_email(page, email)
    type_two_different_passwords(page, email)
    type_the_password_and_save(page, member)
    read_the_letter(walker, member, email)
    enter_on_the_login_tab(walker, member)
    see_the_cabinet(walker, member)
    see_the_contacts_in_the_profile(walker, member, email)
    leave(walker)
    log_in(page, member.card, GOOD_PASSWORD)
    expect_heading(page, "Профиль")


@walks(31, 32, 39)
def test_member_whom_the_register_cannot_reach_fills_in_both_contacts(arrive: Arrive, members: Members) -> None:
    member = members.take(lambda each: not each.phone and not each.email)
    email = f"own.{member.card}@pochta.example"
    walker = arrive("phone")
    page = press_registration(walker)
    type_name_and_card(page, member)
    agree(page)
    button(page, "Зарегистрироваться").click()
    expect_heading(page, "Контакты и пароль")
    expect(page.get_by_text("Изменить", exact=True)).to_have_count(0)
    choose_password(page)
    save(page)
    alert = page.get_by_role("alert")
    for words in (PHONE, EMAIL):
        expect(alert).to_contain_text(words)
        expect(label(page, words)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Пароль принят")).to_be_visible()

    label(page, PHONE).fill("8-912-345-67-89")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text(EMAIL)
    expect(label(page, PHONE)).to_have_value("+7 912 345-67-89")
    label(page, EMAIL).fill(email)
    save(page)
    expect_heading(page, CREATED)
    assert len(walker.world.messages(email)) == 1


@walks(29, 31, 39)
@pytest.mark.parametrize("known", ["phone", "email"])
def test_member_of_whom_one_contact_is_known_fills_in_the_other(arrive: Arrive, members: Members, known: str) -> None:
    by_phone = known == "phone"
    member = members.take(lambda each: bool(each.phone) == by_phone and bool(each.email) != by_phone)
    walker = arrive()
    page = press_registration(walker)
    type_name_and_card(page, member)
    agree(page)
    button(page, "Зарегистрироваться").click()
    email = f"own.{member.card}@pochta.example" if by_phone else member.email.lower()
    if by_phone:
        expect(page.get_by_text(member.phone_mask, exact=True)).to_be_visible()
        label(page, EMAIL).fill(email)
    else:
        expect(page.get_by_text(member.email_mask, exact=True)).to_be_visible()
        label(page, PHONE).fill("9123456789")
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
    # The contact that was left alone is the register's, so the letter comes to it.
    assert len(walker.world.messages(email)) == 1
