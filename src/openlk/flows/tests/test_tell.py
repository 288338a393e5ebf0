"""`tell`: a page in the middle of a flow, a letter at its end."""

from pathlib import Path

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.messages.models import Message
from tests.support.definitions import changed
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import first_screen, registered

PAUSED = {
    'use = "ask"\nfields = ["phone", "email"]': 'use = "tell"\npause = true\ntitle = "Вы найдены"\n'
    'sentences = ["Остался один шаг."]\nbutton = "Дальше"\n\n[[flow.registration.steps]]\n'
    'use = "ask"\nfields = ["phone", "email"]'
}
LETTER = '+++\nsubject = "Добро пожаловать"\n+++\n\nКабинет {cabinet}. Телефон {support_phone}.\n'
PASSWORDS = {"password": "соль и хлеб", "password_again": "соль и хлеб"}


def _with_letter(cabinet: Cabinet, folder: Path) -> Cabinet:
    letters = folder / "with-letter" / "letters"
    letters.mkdir(parents=True)
    target = folder / cabinet.slug / "letters"
    target.mkdir(parents=True)
    (target / "welcome.md").write_text(LETTER, encoding="utf-8")
    return changed(
        cabinet, folder, {'use = "tell"\ntitle = "Личный': 'use = "tell"\nletter = "welcome"\ntitle = "Личный'}
    )


def test_a_pause_waits_for_the_button(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    person = make_person(cabinet)
    browser = Browser()
    with added(changed(cabinet, tmp_path, PAUSED)):
        page = browser.follow(first_screen(browser, cabinet, person.full_name, person.union_card))
        assert "Вы найдены" in page.text
        assert "Остался один шаг." in page.text
        assert "Вы найдены" in browser.get(page.address).text, "opening it again does not go on"
        second = browser.follow(browser.submit(page))
        assert "Контакты и пароль" in second.text
        assert "Личный кабинет создан" in browser.follow(browser.submit(second, PASSWORDS)).text


def test_without_a_pause_nobody_stops(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    """A control: the same step without `pause` shows nothing in the middle."""
    person = make_person(cabinet)
    browser = Browser()
    passing = {old: new.replace("pause = true", "pause = false") for old, new in PAUSED.items()}
    with added(changed(cabinet, tmp_path, passing)):
        page = browser.follow(first_screen(browser, cabinet, person.full_name, person.union_card))
    assert "Контакты и пароль" in page.text


def test_a_letter_goes_to_the_address_that_was_given(documents: None, cabinet: Cabinet, tmp_path: Path) -> None:
    person = make_person(cabinet, email="anna@example.org")
    with added(_with_letter(cabinet, tmp_path)):
        assert "Личный кабинет создан" in registered(Browser(), person).text
    with scope(cabinet):
        sent = {each.letter: (each.recipient, each.values) for each in Message.objects.all()}
    assert sent["welcome"] == ("anna@example.org", {"cabinet": "АЛЬФА", "support_phone": "8 (800) 000-00-01"})
    assert set(sent) == {"welcome", "cabinet_created"}


def test_the_last_page_can_be_opened_again_and_sends_nothing_more(
    documents: None, cabinet: Cabinet, tmp_path: Path
) -> None:
    person = make_person(cabinet)
    browser = Browser()
    with added(_with_letter(cabinet, tmp_path)):
        done = registered(browser, person)
        assert "Личный кабинет создан" in browser.get(done.address).text
    with scope(cabinet):
        assert Message.objects.filter(letter="welcome").count() == 1
