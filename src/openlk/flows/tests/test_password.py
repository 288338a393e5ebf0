"""A password becomes a hash at once: it is stored nowhere, shown nowhere, logged nowhere."""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.cabinets.walls import cabinet_models
from openlk.flows.steps import ask
from openlk.identity.models import Login
from openlk.identity.passwords import hash_password, password_matches
from tests.support.people import make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import second_screen
from tests.support.running import begun, matched

SECRET = "тайна-за-семью-печатями-7"
OTHER = "совсем-другая-тайна-9"


def _everything_stored(cabinet: Cabinet) -> str:
    with scope(cabinet):
        rows = [str(row) for model in cabinet_models() for row in model.objects.values()]
    others: list[Any] = [model for model in apps.get_models() if model not in cabinet_models()]
    return "\n".join(rows + [str(row) for model in others for row in model.objects.values()])


def _bad_screen(browser: Browser, screen: Page, password: str) -> Page:
    """Sent with a good password and a phone that cannot be one."""
    values = {"phone": "12", "password": password, "password_again": password}
    return browser.submit(screen, values)


def test_a_good_password_is_kept_while_the_rest_is_mended(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    page = _bad_screen(browser, second_screen(browser, person), SECRET)
    assert "Пароль принят" in page.text
    assert SECRET not in page.text
    done = browser.follow(browser.submit(page, {"phone": ""}))
    assert "Личный кабинет создан" in done.text
    with scope(cabinet):
        assert password_matches(SECRET, Login.objects.get().password)


def test_a_kept_password_can_be_changed(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    page = _bad_screen(browser, second_screen(browser, person), SECRET)
    browser.submit(page, {"phone": "", "password": OTHER, "password_again": OTHER})
    with scope(cabinet):
        kept = Login.objects.get().password
    assert (password_matches(OTHER, kept), password_matches(SECRET, kept)) == (True, False)


def test_a_change_that_does_not_fit_leaves_the_kept_one_and_says_so(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    page = _bad_screen(browser, second_screen(browser, person), SECRET)
    page = browser.submit(page, {"phone": "", "password": OTHER, "password_again": "x"})
    assert "Пароли не совпадают" in page.text
    assert "Пароль принят" in page.text
    with scope(cabinet):
        assert not Login.objects.exists()


def test_a_password_that_does_not_fit_is_not_accepted(documents: None, cabinet: Cabinet) -> None:
    """A control: «Пароль принят» is said of a good one only."""
    browser = Browser()
    screen = second_screen(browser, make_person(cabinet))
    page = browser.submit(screen, {"password": "мало", "password_again": "мало"})
    assert "Пароль принят" not in page.text
    assert "нужно не меньше 10" in page.text


def test_the_answers_hold_the_hash_alone(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet))
    walker.send(None, {"phone": "12", "password": SECRET, "password_again": SECRET})
    answers = walker.answers()
    assert SECRET not in str(answers)
    assert password_matches(SECRET, answers["password_hash"])
    assert "password" not in answers
    assert "password_again" not in answers


def test_a_password_is_never_written_down(
    documents: None, cabinet: Cabinet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    person = make_person(cabinet)
    browser, pages = Browser(), []
    with caplog.at_level(logging.DEBUG):
        screen = second_screen(browser, person)
        pages.append(browser.submit(screen, {"password": SECRET, "password_again": "x"}))
        pages.append(_bad_screen(browser, pages[-1], SECRET))
        pages.append(browser.follow(browser.submit(pages[-1], {"phone": ""})))
        login = browser.get("/alpha/login")
        pages.append(browser.submit(login, {"login": person.union_card, "password": SECRET + "!"}))
        pages.append(browser.follow(browser.submit(login, {"login": person.union_card, "password": SECRET})))
    assert pages[-1].status == 200
    assert [SECRET in page.text + str(page.headers) + str(page.cookies) for page in pages] == [False] * 5
    assert SECRET not in _everything_stored(cabinet)
    assert SECRET not in caplog.text
    hashed = _hash(cabinet)
    assert [hashed in page.text for page in pages] == [False] * 5
    assert hashed not in caplog.text


def _hash(cabinet: Cabinet) -> str:
    with scope(cabinet):
        found: str = Login.objects.get().password
    return found


def test_the_search_would_find_it(documents: None, cabinet: Cabinet) -> None:
    """A control: what is stored as it was typed is found."""
    make_person(cabinet, full_name="Тайнова Анна Петровна")
    assert "Тайнова" in _everything_stored(cabinet)


@pytest.fixture
def depths(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for every hash: whether it was made inside a transaction."""
    seen: list[bool] = []

    def watched(password: str) -> str:
        seen.append(connection.in_atomic_block)
        return hash_password(password)

    monkeypatch.setattr(ask, "hash_password", watched)
    return seen


def test_nothing_is_hashed_inside_a_transaction(
    own_database: object, documents: None, cabinet: Cabinet, depths: list[bool]
) -> None:
    person = make_person(cabinet)
    browser = Browser()
    page = _bad_screen(browser, second_screen(browser, person), SECRET)
    done = browser.follow(browser.submit(page, {"phone": "", "password": OTHER, "password_again": OTHER}))
    assert "Личный кабинет создан" in done.text
    assert depths == [False, False]


def test_a_first_screen_without_a_password_hashes_nothing(
    own_database: object, documents: None, cabinet: Cabinet, depths: list[bool]
) -> None:
    begun(cabinet).first("Ли Ян", "1")
    assert depths == []
