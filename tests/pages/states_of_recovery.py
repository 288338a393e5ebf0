"""The pages of the way back in and of the changes in the profile, in every state."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.pages.state import Control, Stage, State, at
from tests.support.members import Member, sample_people
from tests.support.screens import (
    CARD,
    CREATED,
    EMAIL,
    GOOD_PASSWORD,
    PASSWORD,
    PASSWORD_AGAIN,
    PHONE,
    button,
    choose_password,
    expect_heading,
    first_url,
    label,
    link,
    register,
    save,
    second_window,
)
from tests.support.way_back import (
    BY_LETTER,
    BY_SMS,
    CODE,
    CONFIRM,
    DEAD_LINK,
    NEW_PASSWORD,
    PROVE,
    SET_PASSWORD,
    ask_way_back,
    code_in,
    confirm_link,
    expect_in,
    give_code,
    letter_with_link,
    mailbox_of,
    prove,
    set_new_password,
    status_address,
)

ANNA = sample_people()[0]
NOBODY = "66 0999 000{:02d}"
NEW_PHONE = "+79127776677"
MOST_TRIES = 80
MOST_CODES = 8
WRONG = "не тот пароль"


def _asked(way: str, number: int) -> Callable[[Stage], object]:
    """The page after the number was sent, of a number that nobody has: it reads as everybody's."""
    return lambda stage: ask_way_back(stage.walker, NOBODY.format(number), way)


def _empty(path: str) -> Callable[[Stage], object]:
    def press(stage: Stage) -> None:
        button(stage.walker.open(path), "Продолжить").click()
        expect(stage.page.get_by_role("alert")).to_be_visible()

    return press


def _waits(stage: Stage) -> None:
    """The network has used up its tries, with somebody else's wrong numbers."""
    page = stage.walker.open("register")
    form = page.locator("main form")
    typed = {each.get_attribute("name") or "": each.input_value() for each in form.locator("input[type=hidden]").all()}
    typed["full_name"] = "Ветров Олег Игоревич"
    consents = {each.get_attribute("name") or "": "1" for each in page.get_by_role("checkbox").all()}
    page.goto(stage.walker.world.home + "recover")
    label(page, CARD).fill(NOBODY.format(51))
    for number in range(MOST_TRIES):
        # Another number each time: one number alone makes wait much sooner.
        answers: dict[str, str | float | bool] = {**typed, **consents, "union_card": f"66 0998 000{number:02d}"}
        answer = page.request.post(stage.walker.world.home + "register", form=answers)
        if answer.status == 429:
            break
    button(page, "Продолжить").click()
    expect(page.get_by_role("alert")).to_contain_text("Подождите")


def _link_waits(stage: Stage) -> None:
    """The network has tried too many links that lead nowhere."""
    address = stage.walker.world.home + "confirm/poddelka"
    for number in range(MOST_TRIES):
        if stage.page.request.get(f"{address}{number}").status == 429:
            break
    stage.page.goto(address)
    expect_heading(stage.page, "Слишком много попыток")


def _letter_again(stage: Stage) -> None:
    page = ask_way_back(stage.walker, NOBODY.format(61))
    button(page, "Отправить ещё раз").click()
    expect(page.get_by_role("status")).to_be_visible()


def _code_empty(stage: Stage) -> None:
    _asked(BY_SMS, 62)(stage)
    button(stage.page, "Подтвердить").click()
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _code_waits(stage: Stage) -> None:
    _asked(BY_SMS, 63)(stage)
    alert = stage.page.get_by_role("alert")
    for _ in range(MOST_CODES):
        give_code(stage.page, "000000")
        expect(label(stage.page, CODE)).to_have_value("")
        expect(alert).to_be_visible()
        if "Подождите" in alert.inner_text():
            return
    raise AssertionError(f"{MOST_CODES} wrong codes cost no waiting")


def _resumable(stage: Stage) -> None:
    _asked(BY_SMS, 64)(stage)
    stage.walker.open("recover")
    expect(link(stage.page, "Продолжить восстановление доступа")).to_be_visible()


def _with_cabinet(stage: Stage) -> Member:
    member = stage.members.take()
    register(stage.walker, member)
    return member


def _link(stage: Stage) -> str:
    member = _with_cabinet(stage)
    ask_way_back(stage.walker, member.card)
    return first_url(letter_with_link(stage.walker, mailbox_of(member)))


def _confirm(stage: Stage) -> None:
    stage.page.goto(_link(stage))
    expect_heading(stage.page, CONFIRM)


def _new_password(stage: Stage) -> None:
    confirm_link(stage.page, _link(stage))
    expect_heading(stage.page, SET_PASSWORD)


def _new_password_refused(stage: Stage) -> None:
    _new_password(stage)
    choose_password(stage.page, NEW_PASSWORD, WRONG)
    save(stage.page)
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _password_changed(stage: Stage) -> None:
    _new_password(stage)
    set_new_password(stage.page)


def _status_of(stage: Stage) -> None:
    stage.page.goto(stage.walker.world.root + status_address(stage.page))


def _status(stage: Stage) -> None:
    _asked(BY_SMS, 65)(stage)
    _status_of(stage)
    expect(link(stage.page, "Продолжить")).to_be_visible()


def _status_foreign(stage: Stage) -> None:
    _asked(BY_SMS, 66)(stage)
    _status_of(stage)
    stage.walker.context.clear_cookies()
    stage.page.reload()


def _status_sent(stage: Stage) -> None:
    _status_foreign(stage)
    button(stage.page, "Прислать ссылку для продолжения").click()
    expect(stage.page.get_by_text("Откройте её на этом устройстве")).to_be_visible()


def _status_done(stage: Stage) -> None:
    _new_password(stage)
    address = stage.walker.world.root + status_address(stage.page)
    set_new_password(stage.page)
    stage.page.goto(address)
    expect(stage.page.get_by_text("Готово", exact=True)).to_be_visible()


def _proved(path: str) -> Callable[[Stage], object]:
    """A page that wants a fresh proof: the password is given once more where it is asked for."""

    def open_proved(stage: Stage) -> None:
        stage.walker.open(path)
        if PROVE in stage.page.title():
            prove(stage.page, ANNA.password)

    return open_proved


def _prove_refused(stage: Stage) -> None:
    stage.walker.open("me/prove")
    prove(stage.page, WRONG)
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _change_refused(stage: Stage) -> None:
    _proved("me/flows/change_phone")(stage)
    label(stage.page, PHONE).fill("12")
    button(stage.page, "Продолжить").click()
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _change_code(stage: Stage) -> None:
    _proved("me/flows/change_phone")(stage)
    label(stage.page, PHONE).fill(NEW_PHONE)
    button(stage.page, "Продолжить").click()
    expect_heading(stage.page, PROVE)


def _change_code_wrong(stage: Stage) -> None:
    _change_code(stage)
    give_code(stage.page, "000000")
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _change_password_refused(stage: Stage) -> None:
    _proved("me/flows/change_password")(stage)
    choose_password(stage.page, "12345", WRONG)
    save(stage.page)
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _inside(stage: Stage) -> Member:
    member = _with_cabinet(stage)
    expect_in(stage.walker, member)
    return member


def _changed_phone(stage: Stage) -> None:
    member, walker = _inside(stage), stage.walker
    walker.open("me/flows/change_phone")
    label(stage.page, PHONE).fill(NEW_PHONE)
    button(stage.page, "Продолжить").click()
    expect_heading(stage.page, PROVE)
    give_code(stage.page, code_in(walker.world.messages(mailbox_of(member), about="Код подтверждения")[0]))
    expect_heading(stage.page, "Подтвердите новый номер")
    give_code(stage.page, code_in(walker.world.messages(NEW_PHONE, channel="sms")[0]))
    expect_heading(stage.page, "Номер телефона изменён")


def _changed_password(stage: Stage) -> None:
    _inside(stage)
    stage.walker.open("me/flows/change_password")
    set_new_password(stage.page)


def _unvouched(stage: Stage) -> Member:
    """A cabinet whose contacts are the person's own word only."""
    member = stage.members.take(lambda each: not each.phone and not each.email)
    page = second_window(stage.walker, member)
    label(page, PHONE).fill("8 912 777 66 78")
    label(page, EMAIL).fill(f"stranitsa.{member.card}@pochta.example")
    choose_password(page, GOOD_PASSWORD)
    save(page)
    expect_heading(page, CREATED)
    expect_in(stage.walker, member)
    return member


def _profile_unvouched(stage: Stage) -> None:
    _unvouched(stage)
    stage.walker.open("me/profile")
    expect(stage.page.get_by_text(re.compile("Не подтверждено")).first).to_be_visible()


def _change_nowhere(stage: Stage) -> None:
    _unvouched(stage)
    stage.walker.open("me/flows/change_phone")
    label(stage.page, PHONE).fill(NEW_PHONE)
    button(stage.page, "Продолжить").click()
    expect(stage.page.locator(".problem")).to_be_visible()


_GO_ON: Control = ("button", "Продолжить")
_FIRST: tuple[Control, ...] = (("label", CARD), ("label", BY_LETTER), ("label", BY_SMS), _GO_ON)
_LETTER: tuple[Control, ...] = (("button", "Отправить ещё раз"), ("link", "Начать заново"))
_CODE: tuple[Control, ...] = (("label", CODE), ("button", "Подтвердить"), ("button", "Получить новый код"))
_NEW: tuple[Control, ...] = (("label", PASSWORD), ("label", PASSWORD_AGAIN), ("button", "Сохранить"))
_PROVE: tuple[Control, ...] = (("label", PASSWORD), _GO_ON)
_CHANGE: tuple[Control, ...] = (("label", PHONE), _GO_ON)

_WAY_BACK = "Восстановление доступа, шаг 1 из 3"
_LETTER_TITLE = "Проверьте почту, шаг 2 из 3"
_CODE_TITLE = "Код из SMS, шаг 2 из 3"
_NEW_TITLE = "Новый пароль, шаг 3 из 3"
_PHONE_TITLE = "Новый номер телефона, шаг 1 из 3"
_STATUS = "Заявка №"

RECOVERY_STATES = (
    State("recover", _WAY_BACK, at("recover"), _FIRST),
    State("recover-empty", f"Ошибка: {_WAY_BACK}", _empty("recover"), _FIRST),
    State("recover-waits", f"Ошибка: {_WAY_BACK}", _waits, _FIRST),
    State("recover-resumable", _WAY_BACK, _resumable, _FIRST),
    State("recover-letter", _LETTER_TITLE, _asked(BY_LETTER, 60), _LETTER),
    State("recover-letter-again", _LETTER_TITLE, _letter_again, _LETTER),
    State("recover-code", _CODE_TITLE, _asked(BY_SMS, 67), _CODE),
    State("recover-code-empty", f"Ошибка: {_CODE_TITLE}", _code_empty, _CODE),
    State("recover-code-waits", f"Ошибка: {_CODE_TITLE}", _code_waits, _CODE),
    State("confirm", CONFIRM, _confirm, (("button", "Подтвердить"),)),
    State("dead-link", DEAD_LINK, at("confirm/poddelka"), (("link", "Получить новую ссылку"),)),
    State("link-waits", "Слишком много попыток", _link_waits, (("link", "Перейти ко входу"),)),
    State("recover-password", _NEW_TITLE, _new_password, _NEW),
    State("recover-password-refused", f"Ошибка: {_NEW_TITLE}", _new_password_refused, _NEW),
    State("password-changed", "Пароль изменён", _password_changed, (("link", "Войти в кабинет"),)),
    State("status", _STATUS, _status, (("link", "Продолжить"),)),
    State("status-foreign", _STATUS, _status_foreign, (("button", "Прислать ссылку для продолжения"),)),
    State("status-sent", _STATUS, _status_sent),
    State("status-done", _STATUS, _status_done),
)

CHANGE_STATES = (
    State("prove", PROVE, at("me/prove"), _PROVE, member=True),
    State("prove-refused", f"Ошибка: {PROVE}", _prove_refused, _PROVE, member=True),
    State("change-phone", _PHONE_TITLE, _proved("me/flows/change_phone"), _CHANGE, member=True),
    State("change-phone-refused", f"Ошибка: {_PHONE_TITLE}", _change_refused, _CHANGE, member=True),
    State("change-code", f"{PROVE}, шаг 2 из 3", _change_code, _CODE, member=True),
    State("change-code-wrong", f"Ошибка: {PROVE}, шаг 2 из 3", _change_code_wrong, _CODE, member=True),
    State(
        "change-email",
        "Новый адрес электронной почты, шаг 1 из 3",
        _proved("me/flows/change_email"),
        (("label", EMAIL), _GO_ON),
        member=True,
    ),
    State("change-password", "Новый пароль", _proved("me/flows/change_password"), _NEW, member=True),
    State("change-password-refused", "Ошибка: Новый пароль", _change_password_refused, _NEW, member=True),
    State("change-done", "Номер телефона изменён", _changed_phone, (("link", "Вернуться в профиль"),)),
    State("password-changed-inside", "Пароль изменён", _changed_password, (("link", "Вернуться в профиль"),)),
    State("change-nowhere", f"Ошибка: {_PHONE_TITLE}", _change_nowhere, _CHANGE),
    State("profile-unvouched", "Профиль", _profile_unvouched, (("button", "Выйти"),)),
)
