"""The manual to the letter, where a cabinet asks for it: consent by the button, contacts as they stand."""

from pathlib import Path

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.identity.models import Consent, LoginContact
from tests.support.definitions import changed
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import second_screen

BY_BUTTON = {'consents = ["personal-data", "rules"]': 'consents = ["personal-data", "rules"]\nconsent_by = "button"'}
PLAIN = {'contacts = "masked"': 'contacts = "plain"'}
PASSWORDS = {"password": "соль и хлеб", "password_again": "соль и хлеб"}


def test_pressing_the_button_is_the_consent(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    person = make_person(cabinet)
    browser = Browser()
    with added(changed(cabinet, tmp_path, BY_BUTTON)):
        form = browser.get("/alpha/register")
        assert 'type="checkbox"' not in form.text
        for words, name in (("согласие на обработку", "personal-data"), ("правила системы АЛЬФА", "rules")):
            assert words in form.text
            assert f'href="/alpha/documents/{name}"' in form.text
        screen = browser.follow(browser.submit(form, {"full_name": person.full_name, "union_card": person.union_card}))
        browser.submit(screen, PASSWORDS)
    with scope(cabinet):
        given = set(Consent.objects.values_list("document", "channel", "version"))
    assert given == {("personal-data", "button", "2026-09-01"), ("rules", "button", "2026-09-01")}


def test_by_default_a_box_is_ticked(documents: None, cabinet: Cabinet) -> None:
    """A control: nobody consents by clicking unless the cabinet says so."""
    person = make_person(cabinet)
    browser = Browser()
    form = browser.get("/alpha/register")
    assert form.text.count('type="checkbox"') == 2
    page = browser.submit(form, {"full_name": person.full_name, "union_card": person.union_card})
    assert "Поставьте отметку" in page.text
    screen = second_screen(browser, person)
    browser.submit(screen, PASSWORDS)
    with scope(cabinet):
        assert set(Consent.objects.values_list("channel", flat=True)) == {"box"}


def test_plain_contacts_stand_in_their_inputs(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    person = make_person(cabinet, phone="+79123456789", email="anna@example.org")
    browser = Browser()
    with added(changed(cabinet, tmp_path, PLAIN)):
        screen = second_screen(browser, person)
        values = screen.forms()[0].values
        assert (values["phone"], values["email"]) == ("+7 912 345-67-89", "anna@example.org")
        assert "···" not in screen.text
        browser.submit(screen, {**PASSWORDS, "email": "new@example.org"})
    with scope(cabinet):
        assert set(LoginContact.objects.values_list("value", "source")) == {
            ("+79123456789", "register"),
            ("new@example.org", "person"),
        }


@pytest.mark.parametrize("emptied", ["phone", "email"])
def test_a_plain_contact_that_was_emptied_has_to_be_filled(
    documents: None, cabinet: Cabinet, tmp_path: Path, emptied: str
) -> None:
    person = make_person(cabinet)
    browser = Browser()
    with added(changed(cabinet, tmp_path, PLAIN)):
        page = browser.submit(second_screen(browser, person), {**PASSWORDS, emptied: ""})
    assert "Заполните поле" in page.text


def test_by_default_a_mask_is_no_value_of_an_input(documents: None, cabinet: Cabinet) -> None:
    """A control of the plain variant."""
    person = make_person(cabinet, phone="+79123456789", email="anna@example.org")
    screen = second_screen(Browser(), person)
    values = screen.forms()[0].values
    assert (values["phone"], values["email"]) == ("", "")
    assert "+7 ··· ··· 6789" in screen.text.replace("\u00a0", " ")
    assert "anna@example.org" not in screen.text
