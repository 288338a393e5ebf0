"""Guessing costs time; the person it is aimed at is slowed, not locked out; and nothing is given away."""

import re

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.flows.walk import Visitor
from openlk.guard.models import Budget
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import first_screen, registered, second_screen
from tests.support.running import begun
from tests.support.stage import Wall

WRONG = "Ковалёва Инна Петровна"
NOT_FOUND = "Вас нет в реестре союза"


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody who may register."""
    return make_person(cabinet, union_card="0012345678")


def _told(page: Page) -> str:
    """A page without what differs between any two visits."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page.text)
    return re.sub(r"/register/[0-9a-f-]{36}", "/register/…", text)


def _without_answers(page: Page) -> str:
    """And without what the visitor typed."""
    return re.sub(r'(<input[^>]*name="(?:full_name|union_card)"[^>]*value=")[^"]*', r"\1", _told(page))


def test_three_misses_cost_no_waiting_and_the_fifth_try_says_how_long(person: Person, wall: Wall) -> None:
    browser = Browser()
    page = first_screen(browser, person.cabinet, WRONG, person.union_card)
    pages = [page]
    for _ in range(4):
        page = browser.submit(page)
        pages.append(page)
    assert [each.status for each in pages] == [200, 200, 200, 200, 429]
    assert all(NOT_FOUND in each.text for each in pages[:4])
    assert pages[4].headers["Retry-After"] == "5"
    assert "Подождите 5 секунд и попробуйте ещё раз" in pages[4].text
    assert NOT_FOUND not in pages[4].text
    assert 'data-cabinet="alpha"' in pages[4].text


def test_who_waits_keeps_the_answers_and_goes_on(person: Person, wall: Wall) -> None:
    browser = Browser()
    page = first_screen(browser, person.cabinet, WRONG, person.union_card)
    for _ in range(4):
        page = browser.submit(page)
    assert page.forms()[0].values["union_card"] == person.union_card
    wall.forward(seconds=5)
    assert "Контакты и пароль" in browser.follow(browser.submit(page, {"full_name": person.full_name})).text


def test_starting_anew_does_not_give_new_tries(person: Person, wall: Wall) -> None:
    statuses = [first_screen(Browser(), person.cabinet, WRONG, person.union_card).status for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_a_right_answer_forgives_the_misses(person: Person, wall: Wall) -> None:
    for _ in range(3):
        first_screen(Browser(), person.cabinet, WRONG, person.union_card)
    second_screen(Browser(), person)
    with scope(person.cabinet):
        assert not Budget.objects.filter(subject__startswith="match:").exists()
        assert Budget.objects.filter(subject="address:127.0.0.1").exists()


def test_a_stranger_elsewhere_does_not_stop_the_person(person: Person, wall: Wall) -> None:
    stranger = Browser(remote="198.51.100.9")
    page = first_screen(stranger, person.cabinet, WRONG, person.union_card)
    for _ in range(6):
        page = stranger.submit(page)
    assert page.status == 429
    assert "Контакты и пароль" in second_screen(Browser(), person).text


def test_a_household_counts_as_one(person: Person, wall: Wall) -> None:
    """A control: the same network waits, whatever its last digits."""
    for number in range(4):
        first_screen(Browser(remote=f"2001:db8:1:2::{number}"), person.cabinet, WRONG, person.union_card)
    near = first_screen(Browser(remote="2001:db8:1:2::ffff"), person.cabinet, WRONG, person.union_card)
    far = first_screen(Browser(remote="2001:db8:1:3::1"), person.cabinet, WRONG, person.union_card)
    assert (near.status, far.status) == (429, 200)


def test_one_address_has_sixty_tries_in_ten_minutes(person: Person, wall: Wall) -> None:
    walker = begun(person.cabinet)
    for number in range(60):
        assert walker.first("Ли Ян", str(90_000_000 + number)).wait_seconds == 0
    assert walker.first(person.full_name, person.union_card).wait_seconds == 5
    elsewhere = begun(person.cabinet, Visitor("b", "198.51.100.9"))
    assert elsewhere.first(person.full_name, person.union_card).wait_seconds == 0


def test_a_form_that_does_not_hold_together_costs_no_try(person: Person) -> None:
    browser = Browser()
    form = browser.get("/alpha/register")
    for _ in range(10):
        page = browser.submit(form, {"full_name": "Ли", "union_card": "abc"})
        assert page.status == 200
    with scope(person.cabinet):
        assert (Budget.objects.count(), Run.objects.count()) == (0, 0)


def test_a_stranger_cannot_tell_which_answer_was_wrong(person: Person, wall: Wall) -> None:
    pages = {
        "wrong name": first_screen(Browser(), person.cabinet, WRONG, person.union_card),
        "wrong card": first_screen(Browser(), person.cabinet, person.full_name, "0012345679"),
        "nobody": first_screen(Browser(), person.cabinet, "Ли Ян", "99999999"),
    }
    assert {page.status for page in pages.values()} == {200}
    assert len({_without_answers(page) for page in pages.values()}) == 1
    assert len({_told(page) for page in pages.values()}) == 3, "a control: what was typed is all that differs"


def test_a_registered_member_is_told_after_a_full_match_only(person: Person, wall: Wall) -> None:
    registered(Browser(), person)
    other = make_person(person.cabinet, full_name="Ким Юн Су")
    wrong = [first_screen(Browser(), person.cabinet, WRONG, each.union_card) for each in (person, other)]
    assert _without_answers(wrong[0]) == _without_answers(wrong[1])
    full = Browser()
    page = full.follow(first_screen(full, person.cabinet, person.full_name, person.union_card))
    assert "Кабинет уже создан" in page.text
    assert "Кабинет уже создан" not in wrong[0].text


def test_the_refusal_names_no_field_and_says_what_to_do(person: Person) -> None:
    page = first_screen(Browser(), person.cabinet, WRONG, person.union_card)
    assert "aria-invalid" not in page.text
    assert "Позвоните в поддержку: 8 (800) 000-00-01." in page.text
    assert "<title>Ошибка: " in page.text
