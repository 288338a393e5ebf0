"""Everything the manuals describe works with JavaScript switched off."""

from playwright.sync_api import expect

from tests.support.browsing import Arrive
from tests.support.members import Members
from tests.support.screens import (
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    PHONE,
    button,
    change_contact,
    choose_password,
    expect_heading,
    label,
    link,
    log_in,
    save,
    say_who,
)
from tests.support.walks import walks

URAL = "Свердловская область"


@walks(7, 8, 11, 12, 14, 21, 24, 29, 30, 36, 37, 39, 43)
def test_member_registers_and_logs_in_without_script(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone", java_script_enabled=False)
    page = walker.open()
    assert page.evaluate("document.documentElement.classList.contains('js')") is False
    link(page, "Регистрация").click()
    button(page, "Зарегистрироваться").click()
    expect(page.get_by_role("alert")).to_be_visible()
    say_who(page, member.full_name, member.printed_card)
    expect_heading(page, "Контакты и пароль")
    # A button that only a script could serve is not shown.
    expect(button(page, "Показать пароль")).to_have_count(0)
    change_contact(page, EMAIL, f"bez.skripta.{member.card}@pochta.example")
    change_contact(page, PHONE, "8 912 345 67 89")
    choose_password(page, GOOD_PASSWORD, "другой пароль 9")
    save(page)
    expect(label(page, PHONE)).to_have_value("+7 912 345-67-89")
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
    assert len(walker.world.messages(f"bez.skripta.{member.card}@pochta.example")) == 1

    link(page, "Войти в кабинет").click()
    log_in(page, member.card, GOOD_PASSWORD)
    expect_heading(page, f"Здравствуйте, {member.given_names}")
    link(page, "Профиль").click()
    button(page, "Выйти").click()
    expect(page).to_have_url(walker.world.home)


@walks(7, 8)
def test_guest_chooses_a_region_without_script(arrive: Arrive) -> None:
    walker = arrive(java_script_enabled=False)
    page = walker.open()
    everywhere = page.get_by_role("link", name="Все предложения").inner_text()
    label(page, "Выберите регион").select_option(URAL)
    button(page, "Показать").click()
    expect(label(page, "Выберите регион")).to_have_value(URAL)
    expect(page.get_by_role("link", name="Все предложения")).not_to_have_text(everywhere)
    walker.open("offers")
    expect(label(page, "Выберите регион")).to_have_value(URAL)
