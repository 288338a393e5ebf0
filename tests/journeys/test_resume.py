"""What was begun is finished: after a closed tab, on another device, and the page that says where it stands."""

from playwright.sync_api import expect

from tests.support.browsing import Arrive, Walker
from tests.support.members import Member, Members
from tests.support.screens import (
    CREATED,
    EMAIL,
    button,
    change_contact,
    choose_password,
    expect_heading,
    first_url,
    label,
    link,
    register,
    save,
    second_window,
)
from tests.support.walks import walks
from tests.support.way_back import (
    BY_SMS,
    CODE_SENT,
    DEAD_LINK,
    FOREIGN,
    NEW_PASSWORD,
    ask_way_back,
    code_in,
    confirm_link,
    expect_in,
    give_code,
    mailbox_of,
    number_of,
    set_new_password,
    status_address,
)

RESUME = "Продолжить здесь"
RESUME_SUBJECT = "Продолжите с того места"
SEND_LINK = "Прислать ссылку для продолжения"


def _keeps_secrets(walker: Walker, member: Member) -> None:
    """The public page names neither the person nor a contact nor an answer."""
    content = walker.page.content()
    for known in (*member.full_name.split(), member.card, member.printed_card, member.email_mask, member.phone_mask):
        assert known not in content


def _resume_letter(walker: Walker, mailbox: str, at_least: int = 1) -> str:
    return first_url(walker.world.messages(mailbox, at_least=at_least, about=RESUME_SUBJECT)[0])


@walks(15, 27)
def test_registration_goes_on_after_the_tab_was_closed(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    page = second_window(walker, member)
    change_contact(page, EMAIL, "does.not.stay")
    save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    page.close()

    page = walker.another_tab("register")
    link(page, "Продолжить регистрацию").click()
    expect_heading(page, "Контакты и пароль")
    expect(label(page, EMAIL)).to_have_value("does.not.stay")
    label(page, EMAIL).fill("")
    choose_password(page)
    save(page)
    expect_heading(page, CREATED)


@walks(44)
def test_recovery_goes_on_after_the_tab_was_closed(arrive: Arrive, members: Members) -> None:
    member = members.take()
    walker = arrive("phone")
    register(walker, member)
    stopped_at = ask_way_back(walker, member.card, BY_SMS).url
    walker.page.close()

    page = walker.another_tab("recover")
    link(page, "Продолжить восстановление доступа").click()
    expect(page).to_have_url(stopped_at)
    expect_heading(page, CODE_SENT)
    # Coming back sends nothing anew: the code that came still fits.
    give_code(page, code_in(walker.world.messages(number_of(member), channel="sms")[0]))
    set_new_password(page)
    walker.page = page
    expect_in(walker, member, NEW_PASSWORD)


@walks(15, 29)
def test_registration_goes_on_on_another_device(arrive: Arrive, members: Members) -> None:
    member = members.take()
    desktop, phone = arrive(), arrive("phone")
    page = second_window(desktop, member)
    address = desktop.world.root + status_address(page)
    link(page, "Что с ней сейчас").click()
    expect(page.locator("main")).to_contain_text("Ждём Вас")
    # Where it was begun, it goes on without any letter.
    expect(button(page, SEND_LINK)).to_have_count(0)
    link(page, "Продолжить").click()
    expect_heading(page, "Контакты и пароль")

    phone.page.goto(address)
    _keeps_secrets(phone, member)
    expect(link(phone.page, "Продолжить")).to_have_count(0)
    button(phone.page, SEND_LINK).click()
    expect(phone.page.get_by_role("status")).to_contain_text("Откройте её на этом устройстве")
    _keeps_secrets(phone, member)
    confirm_link(phone.page, _resume_letter(phone, mailbox_of(member)), RESUME)
    expect_heading(phone.page, "Контакты и пароль")
    expect(phone.page.get_by_text(member.email_mask, exact=True)).to_be_visible()

    page.reload()
    expect_heading(page, FOREIGN)
    choose_password(phone.page)
    save(phone.page)
    expect_heading(phone.page, CREATED)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Готово")
    _keeps_secrets(desktop, member)
    expect(button(page, SEND_LINK)).to_have_count(0)


@walks(44)
def test_recovery_by_sms_goes_on_on_another_device(arrive: Arrive, members: Members) -> None:
    """The link leads to the page that asks for the code: it takes nobody past it."""
    member = members.take()
    desktop, phone = arrive(), arrive("phone")
    register(desktop, member)
    page = ask_way_back(desktop, member.card, BY_SMS)
    phone.page.goto(desktop.world.root + status_address(page))
    button(phone.page, SEND_LINK).click()
    address = _resume_letter(phone, mailbox_of(member))
    confirm_link(phone.page, address, RESUME)
    expect_heading(phone.page, CODE_SENT)
    give_code(phone.page, code_in(phone.world.messages(number_of(member), channel="sms")[0]))
    set_new_password(phone.page)
    page.goto(address)
    expect_heading(page, DEAD_LINK)


@walks(29)
def test_address_of_a_status_page_that_was_never_given_leads_nowhere(arrive: Arrive) -> None:
    walker = arrive()
    answer = walker.page.goto(walker.world.home + "status/" + "x" * 43)
    assert answer is not None
    assert answer.status == 404
    expect_heading(walker.page, "Такой страницы нет")
