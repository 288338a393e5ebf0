"""Registrations that do not run straight: two tabs, the back button, a reload, another day, another browser."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browsing import Arrive
from tests.support.members import Members
from tests.support.screens import (
    ALREADY,
    CARD,
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    NAME,
    button,
    change_contact,
    choose_password,
    expect_heading,
    label,
    link,
    register,
    save,
    say_who,
    second_window,
)
from tests.support.walks import walks

STALE = "устарела"
FINISHED_ELSEWHERE = "Регистрация уже завершена"
OLD_PAGE = "Страница устарела"


def _forget_form_token(context: BrowserContext) -> None:
    """As if the browser had been closed for a month: the form's token is no longer known."""
    context.clear_cookies(name=re.compile("-csrf$"))


@walks(27)
def test_old_tab_is_told_and_loses_nothing(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    first = second_window(walker, member)
    second = walker.another_tab(first.url.removeprefix(walker.world.home))
    expect_heading(second, "Контакты и пароль")

    change_contact(first, EMAIL, "first.tab@pochta.example")
    choose_password(first, GOOD_PASSWORD, "другой пароль 9")
    save(first)
    expect(first.get_by_role("alert")).to_contain_text("Пароли не совпадают")

    choose_password(second)
    save(second)
    expect(second.get_by_role("status")).to_contain_text(STALE)
    expect(label(second, EMAIL)).to_have_value("first.tab@pochta.example")
    choose_password(second)
    save(second)
    expect_heading(second, CREATED)

    choose_password(first)
    save(first)
    expect_heading(first, CREATED)
    assert len(walker.world.messages("first.tab@pochta.example")) == 1


@walks(15, 38)
def test_two_tabs_press_save_at_once_and_one_cabinet_is_created(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    tabs = [second_window(walker, member), walker.another_tab("register")]
    say_who(tabs[1], member.full_name, member.printed_card)
    expect_heading(tabs[1], "Контакты и пароль")
    for tab in tabs:
        choose_password(tab)
    for tab in tabs:
        tab.evaluate("setTimeout(() => document.querySelector('main form').requestSubmit())")
    outcomes = []
    for tab in tabs:
        heading = tab.get_by_role("heading", level=1)
        expect(heading).not_to_have_text("Контакты и пароль")
        outcomes.append(heading.inner_text())
    assert outcomes.count(CREATED) == 1, outcomes
    assert set(outcomes) - {CREATED} <= {FINISHED_ELSEWHERE, ALREADY}, outcomes
    told = tabs[1 - outcomes.index(CREATED)]
    expect(link(told, "Перейти ко входу")).to_be_visible()
    assert len(walker.world.messages(member.email.lower())) == 1


@walks(15)
def test_second_registration_of_a_member_is_refused_in_another_browser(arrive: Arrive, members: Members) -> None:
    member = members.take()
    waiting = second_window(arrive("phone"), member)
    register(arrive(), member)

    choose_password(waiting, "совсем другой пароль")
    save(waiting)
    expect(waiting.get_by_role("heading", level=1)).to_have_text(re.compile(f"{FINISHED_ELSEWHERE}|{ALREADY}"))
    page = arrive().open("register")
    say_who(page, member.full_name, member.printed_card)
    expect_heading(page, ALREADY)


@walks(27)
def test_back_button_leads_to_a_form_that_still_works(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    page = second_window(walker, member)
    page.go_back()
    expect_heading(page, "Регистрация")
    say_who(page, member.full_name, member.printed_card)
    expect_heading(page, "Контакты и пароль")
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_forward()
    expect_heading(page, CREATED)
    page.reload()
    expect_heading(page, CREATED)
    assert len(walker.world.messages(member.email.lower())) == 1


@walks(27)
def test_reload_after_a_press_sends_nothing_twice(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    page = second_window(walker, member)
    page.reload()
    expect_heading(page, "Контакты и пароль")
    choose_password(page, GOOD_PASSWORD, "другой пароль 9")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Пароли не совпадают")
    page.reload()  # the browser sends the same form once more
    expect(page.get_by_role("status")).to_contain_text(STALE)
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
    page.reload()
    expect_heading(page, CREATED)
    assert len(walker.world.messages(member.email.lower())) == 1


@walks(27)
def test_person_goes_on_in_the_same_browser(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    stopped_at = second_window(walker, member).url
    walker.page.close()

    page = walker.another_tab("register")
    # The form itself, blank, with an offer to resume.
    expect(label(page, NAME)).to_have_value("")
    link(page, "Продолжить регистрацию").click()
    expect(page).to_have_url(stopped_at)
    expect(page.get_by_text(member.phone_mask, exact=True)).to_be_visible()
    link(page, "Начать заново").click()
    expect_heading(page, "Регистрация")
    expect(label(page, CARD)).to_have_value("")


@walks(29)
def test_another_browser_sees_nothing_of_a_registration(arrive: Arrive, members: Members) -> None:
    member = members.take()
    address = second_window(arrive(), member).url
    stranger = arrive().page
    answer = stranger.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect_heading(stranger, "Эта страница открывается только там, где Вы начали")
    assert member.email_mask not in stranger.content()
    assert member.phone_mask not in stranger.content()
    link(stranger, "Начать заново").click()
    expect_heading(stranger, "Регистрация")


def _send_again(page: Page) -> None:
    expect_heading(page, OLD_PAGE)
    button(page, "Отправить ещё раз").click()


@walks(27)
def test_form_with_an_old_token_keeps_its_answers(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive()
    page = walker.open("register")
    _forget_form_token(walker.context)
    say_who(page, member.full_name, member.printed_card)
    assert member.full_name in page.content()
    _send_again(page)
    expect_heading(page, "Контакты и пароль")

    change_contact(page, EMAIL, "after.a.month@pochta.example")
    choose_password(page)
    _forget_form_token(walker.context)
    save(page)
    # A password is never sent back to a page.
    assert GOOD_PASSWORD not in page.content()
    _send_again(page)
    expect(label(page, EMAIL)).to_have_value("after.a.month@pochta.example")
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)
