"""The status page, going on elsewhere by a link, operators' decisions and links."""

import pytest

from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.engine import begin, decide
from openlk.flows.links import NoSuchLogin, operators_link
from openlk.flows.models import Run
from openlk.flows.schedule import expire_idle
from openlk.messages.models import Message
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser
from tests.support.recovering import NEW_PASSWORDS, asked, confirmed, link_in_letter, newest, path_of
from tests.support.registering import second_screen
from tests.support.running import VISITOR, Walker
from tests.support.stage import Wall


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """A member without a login."""
    return make_person(cabinet, email="anna@example.org")


def _run(person: Person) -> Run:
    with scope(person.cabinet):
        found: Run = Run.objects.get()
    return found


def _status(person: Person) -> str:
    return f"/alpha/status/{_run(person).status_token}"


def test_the_status_page_says_what_is_next_and_nothing_about_the_person(person: Person) -> None:
    second_screen(Browser(), person)
    page = Browser().get(_status(person))
    assert page.status == 200
    assert "Ждём Вас" in page.text
    for secret in (*person.full_name.split(), person.union_card, "anna", "6789", "example.org"):
        assert secret not in page.text


def test_a_status_page_that_is_none(documents: None) -> None:
    assert Browser().get("/alpha/status/no-such-token").status == 404


def test_another_device_goes_on_by_a_link_to_a_contact(person: Person) -> None:
    first, other = Browser(), Browser()
    screen = second_screen(first, person)
    status = _status(person)
    assert "Продолжить" in first.get(status).text
    assert "Продолжить</a>" not in other.get(status).text
    assert other.get(screen.address).status == 404
    sent = other.follow(other.submit(other.get(status)))
    assert "мы отправили туда ссылку" in sent.text
    assert newest(person.cabinet, person.email).letter == "resume_link"
    here = confirmed(other, link_in_letter(person))
    assert "Контакты и пароль" in here.text
    assert first.get(screen.address).status == 404, "it goes on in one place"


def test_a_run_without_a_contact_gets_the_same_answer(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, phone="", email="")
    second_screen(Browser(), person)
    other = Browser()
    sent = other.follow(other.submit(other.get(_status(person))))
    assert "Если в заявке есть почта или телефон, мы отправили туда ссылку" in sent.text
    with scope(cabinet):
        assert not Message.objects.exclude(state="decoy").exists()


def _applied(person: Person) -> Walker:
    """An application that waits for an operator."""
    walker = Walker(person.cabinet, str(begin(person.cabinet, "vetted", VISITOR).pk))
    values = {"full_name": person.full_name, "union_card": person.union_card, "email": "new@example.org"}
    walker.send(None, values)
    walker.send()
    assert walker.row().waiting_for == "operator"
    return walker


def test_an_application_waits_with_a_deadline_that_closes_nothing(person: Person, wall: Wall) -> None:
    walker = _applied(person)
    assert walker.row().due_at is not None
    wall.forward(days=40)
    assert expire_idle(person.cabinet) == 0
    assert "На проверке" in Browser().get(f"/alpha/status/{walker.row().status_token}").text
    decide(person.cabinet, walker.run_id, walker.row().version, approved=True, actor="operator:1")
    assert walker.row().waiting_for == "person"


def test_who_waits_cannot_move_it_along(person: Person) -> None:
    walker = _applied(person)
    before = walker.row()
    assert walker.send().stale
    assert (walker.row().due_at, walker.row().version) == (before.due_at, before.version)


@pytest.mark.parametrize(("approved", "state"), [(True, "active"), (False, "refused")])
def test_of_two_decisions_one_counts(person: Person, *, approved: bool, state: str) -> None:
    walker = _applied(person)
    version = walker.row().version
    decide(person.cabinet, walker.run_id, version, approved=approved, actor="operator:1")
    assert decide(person.cabinet, walker.run_id, version, approved=not approved, actor="operator:2").stale
    assert walker.row().state == state
    with scope(person.cabinet):
        assert Event.objects.filter(action="run decided").count() == 1


def test_a_decision_gives_two_weeks(person: Person, wall: Wall) -> None:
    walker = _applied(person)
    wall.forward(days=20)
    decide(person.cabinet, walker.run_id, walker.row().version, approved=True, actor="operator:1")
    wall.forward(days=13)
    assert expire_idle(person.cabinet) == 0
    wall.forward(days=2)
    assert expire_idle(person.cabinet) == 1


@pytest.fixture
def member(documents: None, cabinet: Cabinet) -> Person:
    """Somebody with a login."""
    return make_person(cabinet, email="anna@example.org", with_login=True)


def test_an_operators_link_leads_to_a_new_password(member: Person) -> None:
    link = path_of(operators_link(member.cabinet, member.union_card, "system:test"))
    browser = Browser()
    screen = confirmed(browser, link)
    assert "Пароль изменён" in browser.follow(browser.submit(screen, NEW_PASSWORDS)).text
    assert browser.get(link).status == 410
    with scope(member.cabinet):
        issued = Event.objects.get(action="reset link issued")
    assert (issued.actor, issued.subject) == ("system:test", f"login:{member.login.pk if member.login else 0}")


def test_an_operators_link_lives_a_day(member: Person, wall: Wall) -> None:
    link = path_of(operators_link(member.cabinet, member.union_card, "system:test"))
    wall.forward(hours=23)
    assert Browser().get(link).status == 200
    wall.forward(hours=2)
    assert Browser().get(link).status == 410


def test_no_link_for_a_login_that_is_none(member: Person) -> None:
    with pytest.raises(NoSuchLogin):
        operators_link(member.cabinet, "1", "system:test")


def test_a_link_whose_step_is_behind_is_dead_and_says_what_to_do(member: Person) -> None:

    asked(Browser(), member.cabinet, member.union_card)
    link = link_in_letter(member)
    with scope(member.cabinet):
        Run.objects.update(position=3)
    page = Browser().get(link)
    assert page.status == 410
    assert "Получить новую ссылку" in page.text
