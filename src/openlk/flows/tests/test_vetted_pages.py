"""The pages of an application that an operator decides: the look at it before, the waiting, both ends."""

import re

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.flows.engine import begin, decide
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.running import VISITOR, Walker


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody in the register, whose e-mail it knows."""
    return make_person(cabinet, email="anna@example.org")


def _begun(person: Person) -> tuple[Browser, Walker]:
    """The browser of who has just sent the first screen."""
    walker = Walker(person.cabinet, str(begin(person.cabinet, "vetted", VISITOR).pk))
    walker.send(None, {"full_name": person.full_name, "union_card": person.union_card, "email": "new@example.org"})
    browser = Browser()
    browser.jar["openlk-alpha-visit", "/alpha/"] = VISITOR.browser
    return browser, walker


def _page(browser: Browser, walker: Walker) -> Page:
    return browser.get(f"/alpha/recover/{walker.run_id}")


def test_a_look_at_what_was_typed_comes_before_it_is_sent(person: Person) -> None:
    browser, walker = _begun(person)
    page = _page(browser, walker)
    assert page.status == 200
    for words in ("Проверьте данные", person.full_name, "new@example.org", "Начать заново"):
        assert words in page.text
    assert "anna@example.org" not in page.text


def test_who_waits_sees_the_number_and_by_when(person: Person) -> None:
    browser, walker = _begun(person)
    page = browser.follow(browser.submit(_page(browser, walker)))
    assert "Заявка на проверке" in page.text
    assert re.search(r"Ответим до</dt><dd>\d+\s\w+, \d\d:\d\d<", page.text)
    assert f"/alpha/status/{walker.row().status_token}" in page.text
    assert not page.forms()
    for known in (person.full_name, "new@example.org"):
        assert known not in page.text


@pytest.mark.parametrize(("approved", "words"), [(True, "Откройте письмо"), (False, "Заявка отклонена")])
def test_the_same_page_tells_the_decision(person: Person, *, approved: bool, words: str) -> None:
    browser, walker = _begun(person)
    browser.submit(_page(browser, walker))
    decide(person.cabinet, walker.run_id, walker.row().version, approved=approved, actor="operator:1")
    assert words in _page(browser, walker).text
