"""Every page of the cabinet in every state it can stand in, and how a person gets there."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.pages.painted import PAINTED_STATES
from tests.pages.state import Control, Stage, State, at
from tests.pages.states_of_recovery import CHANGE_STATES, RECOVERY_STATES
from tests.support.members import sample_people
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
    button,
    change_contact,
    choose_password,
    expect_heading,
    label,
    link,
    log_in,
    register,
    save,
    say_who,
    second_window,
)

ANNA = sample_people()[0]
REGION = "Выберите регион"
URAL = "Свердловская область"
WRONG = "не тот пароль"
LOST = "Такой страницы нет"
MOST_MISSES = 10
UNKNOWN_CARD = "66 0999 00000"


def _outside(path: str) -> Callable[[Stage], object]:
    return lambda stage: stage.page.goto(stage.walker.world.root + path)


def _login_refused(stage: Stage) -> None:
    log_in(stage.walker.open("login"), UNKNOWN_CARD, WRONG)
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _login_waits(stage: Stage) -> None:
    stage.walker.open("login")
    alert = stage.page.get_by_role("alert")
    for _ in range(MOST_MISSES):
        log_in(stage.page, "66099900001", WRONG)
        expect(label(stage.page, PASSWORD)).to_have_value("")
        if "Подождите" in alert.inner_text():
            return
    raise AssertionError(f"{MOST_MISSES} misses cost no waiting")


def _empty(path: str, words: str) -> Callable[[Stage], object]:
    def press(stage: Stage) -> None:
        button(stage.walker.open(path), words).click()
        expect(stage.page.get_by_role("alert")).to_be_visible()

    return press


def _not_found(stage: Stage) -> None:
    say_who(stage.walker.open("register"), "Ветров Олег Игоревич", UNKNOWN_CARD)
    expect(stage.page.locator(".problem")).to_be_visible()


def _contacts(stage: Stage) -> None:
    second_window(stage.walker, stage.reachable())


def _contacts_opened(stage: Stage) -> None:
    _contacts(stage)
    for words in (PHONE, EMAIL):
        change_contact(stage.page, words, "")


def _contacts_unknown(stage: Stage) -> None:
    second_window(stage.walker, stage.members.look_for(lambda each: not each.phone and not each.email))


def _contacts_refused(stage: Stage) -> None:
    _contacts_unknown(stage)
    label(stage.page, PHONE).fill("12")
    choose_password(stage.page, GOOD_PASSWORD, WRONG)
    save(stage.page)
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _password_accepted(stage: Stage) -> None:
    _contacts_unknown(stage)
    choose_password(stage.page)
    save(stage.page)
    expect(stage.page.get_by_text("Пароль принят")).to_be_visible()


def _stale(stage: Stage) -> None:
    _contacts(stage)
    stage.page.goto(stage.page.url + "?stale=1")
    expect(stage.page.get_by_role("status")).to_be_visible()


def _resumable(stage: Stage) -> None:
    _contacts(stage)
    stage.walker.open("register")
    expect(link(stage.page, "Продолжить регистрацию")).to_be_visible()


def _done(stage: Stage) -> None:
    register(stage.walker, stage.members.take())


def _superseded(stage: Stage) -> None:
    member = stage.members.take()
    waiting = second_window(stage.walker, member).url
    register(stage.walker, member)
    stage.page.goto(waiting)


def _taken(stage: Stage) -> None:
    say_who(stage.walker.open("register"), ANNA.member.full_name, ANNA.member.card)
    expect_heading(stage.page, "Кабинет уже создан")


def _ticket(stage: Stage) -> None:
    page = stage.walker.open("support")
    label(page, "Как к Вам обращаться").fill("Ольга Сергеевна")
    label(page, "Телефон или почта для ответа").fill("olga@pochta.example")
    label(page, "Ваш вопрос").fill("Где найти номер билета?")
    button(page, "Отправить обращение").click()
    expect(page.get_by_text("Что будет дальше")).to_be_visible()


def _old_form(stage: Stage) -> None:
    page = stage.walker.open("register")
    stage.walker.context.clear_cookies()
    say_who(page, "Ветров Олег Игоревич", UNKNOWN_CARD)
    expect_heading(page, "Страница устарела")


def _checked_pass(stage: Stage) -> None:
    link(stage.walker.open("me/pass"), "Открыть страницу проверки").click()
    expect_heading(stage.page, "Билет действует")


def _first(path: str, selector: str) -> Callable[[Stage], object]:
    def open_first(stage: Stage) -> None:
        stage.walker.open(path)
        words = stage.page.locator(selector).first.inner_text()
        stage.page.locator(selector).first.get_by_role("link").click()
        expect_heading(stage.page, words)

    return open_first


_ENTRANCE: tuple[Control, ...] = (("link", "Вход"), ("link", "Регистрация"))
_LOGIN: tuple[Control, ...] = (*_ENTRANCE, ("label", LOGIN), ("label", PASSWORD), ("button", "Войти"))
_FIRST: tuple[Control, ...] = (*_ENTRANCE, ("label", NAME), ("label", CARD), ("button", "Зарегистрироваться"))
_SECOND: tuple[Control, ...] = (
    ("label", PHONE),
    ("label", EMAIL),
    ("label", PASSWORD),
    ("label", PASSWORD_AGAIN),
    ("button", "Сохранить"),
)
_MENU: tuple[Control, ...] = (("label", REGION),)
_PURPOSE = "Скидки и бонусы по единому профсоюзному билету"
_OFFERS = "Предложения партнёров"

STATES = (
    State("index", "Личные кабинеты", _outside("/")),
    State("lost-outside", LOST, _outside("/net-takogo/")),
    State("start", _PURPOSE, at(""), (*_MENU, ("link", "Вход"), ("link", "Регистрация"), ("link", "Вход/Регистрация"))),
    State("offers", _OFFERS, at("offers?region="), _MENU),
    State("offers-second", f"{_OFFERS}, страница 2", at("offers?page=2"), _MENU),
    State("offers-category", "Книги: предложения", at(f"offers?region={URAL}&category=Книги"), _MENU),
    State("offer", "Книжный угол: возврат до\u00a012\u00a0%", at("offers/knizhny-ugol-knigi"), _ENTRANCE),
    State("news", "Новости", at("news?region="), _MENU),
    State("news-item", "Первичка месяца: как в школе появился час тишины", at("news/chas-tishiny")),
    State("rules", "Правила использования системы ПРОФКАРДС", at("documents/rules")),
    State("personal-data", "Согласие на обработку персональных данных", at("documents/personal-data")),
    State("privacy", "Политика обработки персональных данных", at("documents/privacy")),
    State("login", "Вход", at("login"), _LOGIN),
    State("login-empty", "Ошибка: Вход", _empty("login", "Войти"), _LOGIN),
    State("login-refused", "Ошибка: Вход", _login_refused, _LOGIN),
    State("login-waits", "Ошибка: Вход", _login_waits, _LOGIN),
    State("register", "Регистрация, шаг 1 из 2", at("register"), _FIRST),
    State("register-empty", "Ошибка: Регистрация, шаг 1 из 2", _empty("register", "Зарегистрироваться"), _FIRST),
    State("register-not-found", "Ошибка: Регистрация, шаг 1 из 2", _not_found, _FIRST),
    State("register-resumable", "Регистрация, шаг 1 из 2", _resumable, _FIRST),
    State("contacts", "Контакты и пароль, шаг 2 из 2", _contacts, _SECOND),
    State("contacts-opened", "Контакты и пароль, шаг 2 из 2", _contacts_opened, _SECOND),
    State("contacts-unknown", "Контакты и пароль, шаг 2 из 2", _contacts_unknown, _SECOND),
    State("contacts-refused", "Ошибка: Контакты и пароль, шаг 2 из 2", _contacts_refused, _SECOND),
    State("contacts-password-accepted", "Ошибка: Контакты и пароль, шаг 2 из 2", _password_accepted, _SECOND),
    State("contacts-stale", "Контакты и пароль, шаг 2 из 2", _stale, _SECOND),
    State("done", CREATED, _done, (("link", "Войти в кабинет"),)),
    State("taken", "Кабинет уже создан", _taken, (("link", "Перейти ко входу"),)),
    State("superseded", "Регистрация уже завершена", _superseded, (("link", "Перейти ко входу"),)),
    State(
        "foreign",
        "Эта страница открывается только там, где Вы начали",
        at("register/00000000-0000-4000-8000-000000000000"),
        (("link", "Начать заново"),),
    ),
    State("old-form", "Страница устарела", _old_form, (("button", "Отправить ещё раз"),)),
    State("support", "Помощь", at("support"), (("button", "Отправить обращение"),)),
    State("support-empty", "Ошибка: Помощь", _empty("support", "Отправить обращение")),
    State("ticket", "Обращение №", _ticket),
    State("pass-forged", "Билет не подтверждён", at("pass/poddelka")),
    State("lost", LOST, at("net-takoy")),
    State("home", "Главная", at("me/?region="), _MENU, member=True),
    State("profile", "Профиль", at("me/profile"), (("button", "Выйти"),), member=True),
    State("pass", "Электронный профсоюзный билет", at("me/pass"), member=True),
    State("pass-checked", "Билет действует", _checked_pass, member=True),
    State("member-offers", _OFFERS, at("offers?region="), _MENU, member=True),
    State("member-offer", "Книжный угол: возврат до\u00a012\u00a0%", at("offers/knizhny-ugol-knigi"), member=True),
    State("member-support", "Помощь", at("support"), member=True),
    State("member-lost", LOST, at("net-takoy"), member=True),
    *RECOVERY_STATES,
    *CHANGE_STATES,
    *PAINTED_STATES,
)
