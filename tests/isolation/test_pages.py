"""What one cabinet gave out is worth nothing in another, at whatever address."""

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.identity.models import Link, Login, Session
from openlk.portal.membership_pass import issue_token
from openlk.support.models import Ticket
from tests.support.people import PASSWORD, Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.registering import CONSENTS, second_screen

CARD = "0012345678"
PASSWORDS = {"password": PASSWORD, "password_again": PASSWORD}


class Place:
    """Where a cabinet is opened: below a shared host, or at its own."""

    def __init__(self, cabinet: Cabinet, *, by_path: bool) -> None:
        self.by_path = by_path
        self.host = "localhost" if by_path else cabinet.profile.hosts[0]
        self.prefix = f"/{cabinet.slug}" if by_path else ""

    def browser(self) -> Browser:
        """A new browser there."""
        return Browser(self.host)

    def get(self, browser: Browser, path: str) -> Page:
        """A page of this cabinet, in a browser that may have been elsewhere before."""
        browser.host = self.host
        return browser.get(f"{self.prefix}{path}")

    def log_in(self, browser: Browser, card: str, password: str) -> Page:
        """What follows the login form."""
        form = self.get(browser, "/login")
        return browser.submit(form, {"login": card, "password": password})

    def cookie(self, kind: str, slug: str) -> tuple[str, str]:
        """The name and path of a cookie of this place."""
        return (f"openlk-{slug}{kind}", f"/{slug}/") if self.by_path else (f"openlk{kind}", "/")


@pytest.fixture(params=["by path", "by host"])
def places(request: pytest.FixtureRequest, documents: None, cabinet: Cabinet, other_cabinet: Cabinet) -> list[Place]:
    """Both cabinets, both below one host or each at its own."""
    return [Place(each, by_path=request.param == "by path") for each in (cabinet, other_cabinet)]


@pytest.fixture
def person(places: list[Place], cabinet: Cabinet) -> Person:
    """Somebody who has a login in the first cabinet."""
    return make_person(cabinet, union_card=CARD, with_login=True)


def _twin(other_cabinet: Cabinet) -> Person:
    """Somebody else with the same card and another password in the second cabinet."""
    return make_person(other_cabinet, full_name="Ким Юн Су", union_card=CARD, with_login=True, password="другой пароль")


def test_a_login_is_unknown_in_the_other_cabinet(places: list[Place], person: Person) -> None:
    home, elsewhere = places
    assert elsewhere.log_in(elsewhere.browser(), CARD, PASSWORD).status == 200
    assert home.log_in(home.browser(), CARD, PASSWORD).status == 302, "a control: at home it opens"


def test_a_password_fits_its_own_cabinet_only(places: list[Place], person: Person, other_cabinet: Cabinet) -> None:
    _twin(other_cabinet)
    home, elsewhere = places
    assert elsewhere.log_in(elsewhere.browser(), CARD, PASSWORD).status == 200
    assert home.log_in(home.browser(), CARD, "другой пароль").status == 200
    assert elsewhere.log_in(elsewhere.browser(), CARD, "другой пароль").status == 302


def test_a_session_cookie_opens_its_own_cabinet_only(
    places: list[Place], person: Person, other_cabinet: Cabinet
) -> None:
    _twin(other_cabinet)
    home, elsewhere = places
    browser = home.browser()
    home.log_in(browser, CARD, PASSWORD)
    token = browser.jar[home.cookie("", "alpha")]
    thief = elsewhere.browser()
    thief.jar[elsewhere.cookie("", "beta")] = token
    assert elsewhere.get(thief, "/me/").status == 302
    thief = home.browser()
    thief.jar[home.cookie("", "alpha")] = token
    assert home.get(thief, "/me/").status == 200, "a control: the token itself is good"


def test_logging_in_at_both_keeps_both_sessions(places: list[Place], person: Person, other_cabinet: Cabinet) -> None:
    """With stock cookies the second login replaced the first one's session."""
    _twin(other_cabinet)
    browsers = [Browser("localhost")] * 2 if places[0].by_path else [place.browser() for place in places]
    for place, browser, password in zip(places, browsers, (PASSWORD, "другой пароль"), strict=True):
        browser.host = place.host
        assert place.log_in(browser, CARD, password).status == 302
    first, second = (place.get(browser, "/me/") for place, browser in zip(places, browsers, strict=True))
    assert (first.status, "Анна Петровна" in first.text) == (200, True)
    assert (second.status, "Юн Су" in second.text) == (200, True)


def test_an_open_form_survives_a_visit_next_door(places: list[Place], person: Person) -> None:
    """With stock cookies the other cabinet's token turned it into 403."""
    home, elsewhere = places
    browser = home.browser()
    form = home.get(browser, "/login")
    elsewhere.get(browser, "/login")
    browser.host = home.host
    assert browser.submit(form, {"login": CARD, "password": PASSWORD}).status == 302


def test_a_run_opens_in_its_own_cabinet_only(places: list[Place], cabinet: Cabinet) -> None:
    person = make_person(cabinet, full_name="Ли Ян Су")
    home, elsewhere = places
    browser = home.browser()
    form = home.get(browser, "/register")
    answers = {"full_name": person.full_name, "union_card": person.union_card, **CONSENTS}
    screen = browser.follow(browser.submit(form, answers))
    assert screen.status == 200
    path = screen.address.removeprefix(home.prefix)
    thief = elsewhere.browser()
    thief.jar[elsewhere.cookie("-visit", "beta")] = browser.jar[home.cookie("-visit", "alpha")]
    page = elsewhere.get(thief, path)
    assert page.status == 404
    assert "Ли Ян" not in page.text
    token = elsewhere.get(thief, "/login").forms()[0].values["csrfmiddlewaretoken"]
    sent = thief.post(f"{elsewhere.prefix}{path}", {"csrfmiddlewaretoken": token, "version": "1", **PASSWORDS})
    assert sent.status == 404
    assert home.get(browser, path).status == 200, "a control: at home the run goes on"


def test_a_pass_is_good_in_its_own_cabinet_only(places: list[Place], person: Person, other_cabinet: Cabinet) -> None:
    _twin(other_cabinet)
    home, elsewhere = places
    with scope(person.cabinet):
        token = issue_token(person.cabinet, Link.objects.get(login=person.login).pk)
    assert elsewhere.get(elsewhere.browser(), f"/pass/{token}").status == 404
    assert home.get(home.browser(), f"/pass/{token}").status == 200


def test_a_ticket_is_shown_in_its_own_cabinet_only(places: list[Place], cabinet: Cabinet) -> None:
    home, elsewhere = places
    browser = home.browser()
    values = {"name": "Анна", "contact": "anna@example.org", "topic": "login", "message": "Помогите"}
    browser.submit(home.get(browser, "/support"), values)
    with scope(cabinet):
        token = Ticket.objects.get().token
    assert elsewhere.get(elsewhere.browser(), f"/support/{token}").status == 404
    assert home.get(home.browser(), f"/support/{token}").status == 200


def test_a_form_token_of_the_other_cabinet_is_refused(places: list[Place], person: Person) -> None:
    home, elsewhere = places
    browser = elsewhere.browser()
    stolen = elsewhere.get(browser, "/login").forms()[0].values["csrfmiddlewaretoken"]
    victim = home.browser()
    home.get(victim, "/login")
    values = {"login": CARD, "password": PASSWORD, "csrfmiddlewaretoken": stolen}
    assert victim.post(f"{home.prefix}/login", values).status == 403


def test_registering_in_one_cabinet_does_not_register_in_the_other(
    places: list[Place], cabinet: Cabinet, other_cabinet: Cabinet
) -> None:
    people = [make_person(each, full_name="Ли Ян Су", union_card="777") for each in (cabinet, other_cabinet)]
    for person in people:
        browser = Browser()
        done = browser.follow(browser.submit(second_screen(browser, person), PASSWORDS))
        assert "Личный кабинет создан" in done.text
    for each in (cabinet, other_cabinet):
        with scope(each):
            assert Login.objects.get().name == "777"


def test_each_cabinet_speaks_its_own_words(places: list[Place]) -> None:
    names = ["АЛЬФА", "БЕТА"]
    paths = ["/", "/login", "/register", "/support", "/news", "/offers", "/documents/rules", "/nosuch"]
    for path in paths:
        for place, own, foreign in zip(places, names, reversed(names), strict=True):
            page = place.get(place.browser(), path)
            assert own in page.text, path
            assert foreign not in page.text, path
            assert f'data-cabinet="{"alpha" if own == "АЛЬФА" else "beta"}"' in page.text, path


def test_logging_out_ends_no_session_next_door(places: list[Place], person: Person, other_cabinet: Cabinet) -> None:
    _twin(other_cabinet)
    home, elsewhere = places
    browsers: list[Browser] = [home.browser(), elsewhere.browser()]
    home.log_in(browsers[0], CARD, PASSWORD)
    elsewhere.log_in(browsers[1], CARD, "другой пароль")
    browsers[0].submit(home.get(browsers[0], "/me/profile"))
    assert [_sessions(person.cabinet), _sessions(other_cabinet)] == [0, 1]


def _sessions(cabinet: Cabinet) -> int:
    with scope(cabinet):
        count: int = Session.objects.count()
    return count
