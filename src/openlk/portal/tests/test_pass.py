"""The membership pass: anybody can check one, nobody can make one."""

from urllib.parse import urlsplit

import pytest
from django.urls import set_script_prefix

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.identity.models import Link
from openlk.kit import clock
from openlk.kit.sealed import sign
from openlk.portal.membership_pass import PURPOSE, check_address, check_token, issue_token, valid_until
from openlk.register.models import Identifier
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in
from tests.support.stage import Wall


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login, and so a pass."""
    return make_person(cabinet, with_login=True)


def _link(person: Person) -> int:
    with scope(person.cabinet):
        found: int = Link.objects.get(login=person.login).pk
    return found


def _token(person: Person) -> str:
    return issue_token(person.cabinet, _link(person))


def _checked(cabinet: Cabinet, token: str) -> tuple[int, str]:
    page = Browser().get(f"/{cabinet.slug}/pass/{token}")
    return page.status, page.text


def test_a_stranger_sees_that_it_is_good_and_whose_it_is_shortened(person: Person) -> None:
    status, text = _checked(person.cabinet, _token(person))
    assert status == 200
    assert "Билет действует" in text
    assert "Ковалёва А. П." in text.replace("\u00a0", " ")
    for secret in ("Анна", "Петровна", person.union_card, person.email, "912"):
        assert secret not in text


def test_the_token_holds_no_name_and_no_number(person: Person) -> None:
    assert person.union_card not in _token(person)
    assert len(_token(person)) < 60, "it has to fit into a QR code that an old phone reads"


def test_it_is_good_for_a_day_after_its_hour(person: Person, wall: Wall) -> None:
    token = _token(person)
    until = valid_until(wall.at)
    wall.at = until
    wall.forward(seconds=-1)
    assert _checked(person.cabinet, token)[0] == 200
    wall.forward(seconds=1)
    status, text = _checked(person.cabinet, token)
    assert (status, "Код устарел" in text) == (404, True)
    assert "Ковалёва" not in text


def test_the_same_hour_gives_the_same_token(person: Person, wall: Wall) -> None:
    wall.at = wall.at.replace(minute=0, second=0, microsecond=0)
    first = _token(person)
    wall.forward(minutes=59)
    assert _token(person) == first
    wall.forward(minutes=1)
    assert _token(person) != first


@pytest.mark.parametrize("token", ["x", "x.y", "MS4x.AAAAAAAAAAAAAAAAAAAAAA", ".", "ё", "A" * 4000, "%00"])
def test_a_forged_token_is_refused(person: Person, token: str) -> None:
    status, text = _checked(person.cabinet, token)
    assert status in {400, 404}
    assert "Билет действует" not in text


def test_a_changed_token_is_refused(person: Person) -> None:
    token = _token(person)
    body, _, signature = token.partition(".")
    for changed in (f"{body}A.{signature}", f"{body}.{signature[:-1]}", f"{body}.{signature[::-1]}", body):
        assert _checked(person.cabinet, changed)[0] == 404


def test_a_text_signed_for_another_purpose_is_no_pass(person: Person) -> None:
    text = f"{_link(person)}.{int(clock.wall().timestamp()) // 3600}"
    assert _checked(person.cabinet, sign(text, "status"))[0] == 404
    good = sign(text, f"{PURPOSE} {person.cabinet.slug}")
    assert _checked(person.cabinet, good)[0] == 200, "a control: the purpose is what is refused"


def test_another_cabinet_knows_nothing_of_it(person: Person, other_cabinet: Cabinet) -> None:
    make_person(other_cabinet, with_login=True)
    status, text = _checked(other_cabinet, _token(person))
    assert (status, "Билет не подтверждён" in text) == (404, True)


def test_a_card_that_left_the_register_is_not_good(person: Person) -> None:
    token = _token(person)
    with scope(person.cabinet):
        Identifier.objects.update(ended_at=clock.now())
    status, text = _checked(person.cabinet, token)
    assert (status, "больше нет в реестре" in text) == (404, True)


def test_a_login_that_is_gone_has_no_pass(person: Person) -> None:
    token = _token(person)
    with scope(person.cabinet):
        Link.objects.all().delete()
        assert not check_token(person.cabinet, token).valid


def test_the_code_leads_to_the_check_whatever_page_made_it(person: Person) -> None:
    with scope(person.cabinet):
        address = check_address(person.cabinet, _link(person))
    set_script_prefix("/")
    assert Browser().get(urlsplit(address).path).status == 200


def test_the_owner_sees_the_code_as_a_picture(person: Person) -> None:
    browser = Browser()
    logged_in(browser, person)
    page, picture = browser.get("/alpha/me/pass"), browser.get("/alpha/me/pass.svg")
    assert "<svg" in page.text
    assert person.union_card in page.text
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "&lt;" not in picture.text


def test_the_next_person_of_a_browser_is_never_shown_the_last_ones_code(person: Person) -> None:
    """The picture's address is the same for everybody, so the browser must not keep it."""
    browser = Browser()
    logged_in(browser, person)
    assert browser.get("/alpha/me/pass.svg").headers["Cache-Control"] == "private, no-store"
