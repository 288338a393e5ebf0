"""The way in and out of a cabinet, and what a wrong password meets (000; 001, 2.3)."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Arrive
from tests.support.members import Members, sample_people
from tests.support.screens import (
    GOOD_PASSWORD,
    LOGIN,
    PASSWORD,
    SUPPORT_PHONE,
    button,
    choose_password,
    expect_heading,
    label,
    link,
    log_in,
    register,
    save,
    second_window,
)
from tests.support.walks import walks

ANNA, RAMIL = sample_people()
WRONG = "не тот пароль"
UNKNOWN_LOGIN = "66099900000"
FREE_MISSES = 3


def _refusal(page: Page, login: str, password: str) -> str:
    log_in(page, login, password)
    expect(page).to_have_title(re.compile("^Ошибка: Вход"))
    expect(label(page, LOGIN)).to_have_value(login)
    expect(label(page, PASSWORD)).to_have_value("")
    return page.get_by_role("alert").inner_text()


@walks(41, 42, 43)
@pytest.mark.parametrize("typed", ["66014238175", "66 0142 38175", " 66-0142-38175 "])
def test_member_logs_in_with_the_card_number_as_printed_or_not(arrive: Arrive, typed: str) -> None:
    walker = arrive("phone")
    page = walker.open("login")
    log_in(page, typed, ANNA.password)
    expect_heading(page, "Здравствуйте, Анна Петровна")
    # Whoever is inside is not asked again.
    walker.open("login")
    expect_heading(page, "Здравствуйте, Анна Петровна")


@walks(42)
def test_wrong_password_and_unknown_login_read_the_same(arrive: Arrive) -> None:
    page = arrive().open("login")
    wrong_password = _refusal(page, RAMIL.member.card, WRONG)
    assert wrong_password == _refusal(page, UNKNOWN_LOGIN, WRONG)
    advice = page.get_by_role("complementary")
    expect(advice).to_contain_text("Забыли пароль?")
    expect(advice.get_by_role("link", name="help@profcards.ru")).to_have_attribute("href", "mailto:help@profcards.ru")
    expect(advice.get_by_role("link", name=SUPPORT_PHONE)).to_have_attribute("href", "tel:+78002507446")
    expect(link(page, "Заполните форму обратной связи")).to_be_visible()


@walks(41, 42)
def test_empty_login_form_says_what_to_fill_in(arrive: Arrive) -> None:
    page = arrive().open("login")
    button(page, "Войти").click()
    expect(page.get_by_role("alert")).to_be_focused()
    for words in (LOGIN, PASSWORD):
        expect(label(page, words)).to_have_attribute("aria-invalid", "true")


@walks(42, 43)
def test_fourth_miss_waits_and_locks_nobody_else_out(arrive: Arrive, members: Members) -> None:
    member = members.take()
    owner = arrive("phone")
    register(owner, member)
    stranger = arrive()
    page = stranger.open("login")
    for _ in range(FREE_MISSES + 1):
        _refusal(page, member.card, WRONG)
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        log_in(page, member.card, GOOD_PASSWORD)
    assert answered.value.status == 429
    seconds = int(answered.value.headers["retry-after"])
    assert 0 < seconds <= 5
    expect(page.get_by_role("alert")).to_contain_text(f"Подождите {seconds} ")
    blocked_until = time.monotonic() + seconds

    # The same stranger may log in as somebody else, and the owner is not locked out.
    log_in(page, ANNA.member.card, ANNA.password)
    expect_heading(page, "Здравствуйте, Анна Петровна")
    owners = owner.open("login")
    log_in(owners, member.card, GOOD_PASSWORD)
    expect_heading(owners, f"Здравствуйте, {member.given_names}")

    time.sleep(max(0.0, blocked_until - time.monotonic()))
    stranger.context.clear_cookies()
    stranger.open("login")
    log_in(page, member.card, GOOD_PASSWORD)
    expect_heading(page, f"Здравствуйте, {member.given_names}")


@walks(43)
def test_guest_who_wanted_a_page_gets_it_after_logging_in(arrive: Arrive) -> None:
    walker = arrive()
    page = walker.open("me/pass")
    expect_heading(page, "Вход")
    _refusal(page, RAMIL.member.card, WRONG)
    log_in(page, RAMIL.member.card, RAMIL.password)
    expect(page).to_have_url(walker.world.home + "me/pass")


@walks(43)
def test_logging_in_leads_to_no_other_site(arrive: Arrive) -> None:
    walker = arrive()
    for wanted in ("https://example.org/", "//example.org/", "/\\example.org/"):
        page = walker.open(f"login?next={wanted}")
        log_in(page, RAMIL.member.card, RAMIL.password)
        expect(page).to_have_url(walker.world.home + "me/")
        walker.context.clear_cookies()


@walks(43)
def test_session_ends_in_every_tab_of_one_browser_and_in_no_other(arrive: Arrive) -> None:
    here, elsewhere = arrive(), arrive("phone")
    for walker in (here, elsewhere):
        log_in(walker.open("login"), ANNA.member.card, ANNA.password)
        expect_heading(walker.page, "Здравствуйте, Анна Петровна")
    tab = here.another_tab("me/profile")
    button(tab, "Выйти").click()
    expect(tab).to_have_url(here.world.home)
    here.page.reload()
    expect_heading(here.page, "Вход")
    elsewhere.page.reload()
    expect_heading(elsewhere.page, "Здравствуйте, Анна Петровна")


@walks(33)
@pytest.mark.parametrize("password", ["короткий9", "", "123456789"])
def test_password_that_is_too_short_is_asked_for_again(arrive: Arrive, members: Members, password: str) -> None:
    from_register = members.look_for(lambda each: bool(each.phone and each.email))
    page = second_window(arrive(), from_register)
    choose_password(page, password)
    save(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("не меньше 10" if password else "Придумайте пароль")
    expect(label(page, PASSWORD)).to_have_accessible_description(re.compile("Не короче 10 знаков"))
    expect(label(page, PASSWORD)).to_have_value("")
