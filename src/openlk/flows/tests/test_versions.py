"""A run goes on with the structure it began with, in today's words."""

from pathlib import Path

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.flows.models import FlowVersion
from openlk.flows.versions import freeze
from tests.support.definitions import changed
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import second_screen

PASSWORDS = {"password": "соль и хлеб", "password_again": "соль и хлеб"}
PAUSE = """[[flow.registration.steps]]
use = "tell"
pause = true
title = "Вы найдены"
button = "Дальше"

[[flow.registration.steps]]
use = "ask"
fields = ["phone", "email"]
"""
SECOND = """[[flow.registration.steps]]
use = "ask"
fields = ["phone", "email"]
"""


def _versions(cabinet: Cabinet) -> int:
    with scope(cabinet):
        freeze(cabinet, "registration")
        return FlowVersion.objects.count()


def test_the_same_structure_is_frozen_once(db: None, cabinet: Cabinet) -> None:
    assert [_versions(cabinet), _versions(cabinet)] == [1, 1]


def test_new_words_are_no_new_version(db: None, cabinet: Cabinet, tmp_path: Path) -> None:
    _versions(cabinet)
    reworded = changed(
        cabinet, tmp_path, {"Контакты и пароль": "Ваши контакты", 'button = "Сохранить"': 'button = "Готово"'}
    )
    assert _versions(reworded) == 1
    with scope(cabinet):
        frozen = str(FlowVersion.objects.get().structure)
    for word in ("Контакты", "Сохранить", "Зарегистрироваться", "title", "button", "sentences"):
        assert word not in frozen
    assert "union_card" in frozen


def test_another_structure_is_another_version(db: None, cabinet: Cabinet, tmp_path: Path) -> None:
    """A control of the test above."""
    _versions(cabinet)
    assert _versions(changed(cabinet, tmp_path, {'contacts = "masked"': 'contacts = "plain"'})) == 2


def test_cabinets_freeze_apart(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    assert [_versions(cabinet), _versions(other_cabinet)] == [1, 1]


def test_a_run_shows_todays_words(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    browser = Browser()
    screen = second_screen(browser, make_person(cabinet))
    with added(changed(cabinet, tmp_path, {'button = "Сохранить"': 'button = "Готово"'})):
        page = browser.get(screen.address)
    assert "Готово" in page.text
    assert "Сохранить" not in page.text


def test_a_run_goes_on_with_the_options_it_began_with(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    person = make_person(cabinet, email="anna@example.org")
    old, new = Browser(), Browser()
    screen = second_screen(old, person)
    plain = changed(cabinet, tmp_path, {'contacts = "masked"': 'contacts = "plain"', '"Сохранить"': '"Готово"'})
    with added(plain):
        page = old.get(screen.address)
        assert "anna@example.org" not in page.text, "as it was when this run began"
        assert "Готово" in page.text, "in today's words"
        assert "anna@example.org" in second_screen(new, person).text, "a new run begins with today's structure"
        assert "Личный кабинет создан" in old.follow(old.submit(page, PASSWORDS)).text


def test_a_structure_that_no_longer_fits_brings_the_person_back_with_the_answers(
    documents: None, cabinet: Cabinet, tmp_path: Path
) -> None:
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    with added(changed(cabinet, tmp_path, {SECOND: PAUSE})):
        page = browser.get(screen.address)
        assert page.status == 200
        assert "Пока Вы заполняли форму, она изменилась. Ответы сохранены" in page.text
        assert page.forms()[0].values["full_name"] == person.full_name
        assert page.forms()[0].values["union_card"] == person.union_card
        pause = browser.follow(browser.submit(page))
        assert "Вы найдены" in pause.text
        second = browser.follow(browser.submit(pause))
        assert "Личный кабинет создан" in browser.follow(browser.submit(second, PASSWORDS)).text


def test_a_form_that_no_longer_fits_does_not_break(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    """Sent from a screen that was open when the definition changed."""
    person = make_person(cabinet)
    browser = Browser()
    screen = second_screen(browser, person)
    with added(changed(cabinet, tmp_path, {SECOND: PAUSE})):
        page = browser.follow(browser.submit(screen, PASSWORDS))
    assert page.status == 200
    assert page.forms()[0].values["full_name"] == person.full_name
