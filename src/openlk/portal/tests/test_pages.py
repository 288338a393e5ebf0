"""The shell: the start page, home, profile, and the list of cabinets."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.content.actions import NewsText, publish_news
from openlk.kit import clock
from openlk.ledger.models import LedgerAccount
from openlk.register.models import Identifier
from openlk.rewards.actions import PartnerText, publish_partners
from tests.support.definitions import changed
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in, registered

# The session with its login, the person, the balances; one more where a memory has run out.
HOME_QUERIES = 5
PARTNER = {"slug": "p", "name": "Книжный угол", "kind": "shop", "category": "Книги", "icon": "book-open", "tone": 1}
OFFER = {"slug": "a", "title": "Книги", "summary": "К", "terms": "П", "rate_bp": 500, "hold_days": 45}


@pytest.fixture
def person(documents: None, cabinet: Cabinet) -> Person:
    """Somebody who has a login."""
    return make_person(cabinet, with_login=True)


def _fill(cabinet: Cabinet) -> None:
    yesterday = clock.today(cabinet.profile.timezone) - timedelta(days=1)
    publish_news(cabinet, [NewsText(f"n{i}", "union", f"Новость {i}", "К", "П", yesterday) for i in range(20)])
    offers = [{**OFFER, "slug": f"o{i}"} for i in range(20)]
    publish_partners(cabinet, [PartnerText({**PARTNER, "about": "М"}, offers)])


def _queries(browser: Browser, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status == 200
    own = ("set_config", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(own)]


def _asked(queries: list[str]) -> list[str]:
    return [query for query in queries if "set_config" not in query]


def test_the_home_page_asks_the_database_five_times_at_most(person: Person) -> None:
    browser = Browser()
    logged_in(browser, person)
    _fill(person.cabinet)
    assert len(_asked(_queries(browser, "/alpha/me/"))) <= HOME_QUERIES


def test_more_news_and_offers_cost_no_more_queries(person: Person) -> None:
    """A control of the count: it does not grow with what is shown."""
    browser = Browser()
    logged_in(browser, person)
    empty = len(_asked(_queries(browser, "/alpha/me/")))
    _fill(person.cabinet)
    browser.get("/alpha/me/")
    assert len(_asked(_queries(browser, "/alpha/me/"))) <= empty


def test_a_member_is_greeted_and_sees_the_balances(person: Person) -> None:
    with scope(person.cabinet):
        LedgerAccount.objects.filter(kind="accrued").update(balance_kopecks=128450)
        LedgerAccount.objects.filter(kind="available").update(balance_kopecks=5)
    browser = Browser()
    text = logged_in(browser, person).text.replace("<small>", "").replace("</small>", "")
    assert "Здравствуйте, Анна Петровна" in text
    assert "1\u00a0284" in text
    assert ",50" in text
    assert ",05" in text


def test_a_page_is_not_kept_by_others(person: Person) -> None:
    browser = Browser()
    logged_in(browser, person)
    for path in ("me/", "me/profile", "me/pass"):
        assert browser.get(f"/alpha/{path}").headers["Cache-Control"] == "private, no-cache"


def test_links_by_path_and_by_host_do_not_mix(person: Person) -> None:
    """What is remembered of a page holds addresses, and those differ."""
    _fill(person.cabinet)
    for _ in range(2):
        by_path, by_host = Browser(), Browser("alpha.example")
        logged_in(by_path, person)
        form = by_host.get("/login")
        by_host.submit(form, {"login": person.union_card, "password": person.password})
        paths, hosts = by_path.get("/alpha/me/").text, by_host.get("/me/").text
        assert 'href="/alpha/offers/o1"' in paths
        assert 'href="/offers/o1"' in hosts
        assert 'href="/alpha/' not in hosts
        assert 'href="/offers' not in paths


def test_a_person_whose_card_has_left_the_register_is_told(person: Person) -> None:
    browser = Browser()
    assert "Начисления остановлены" not in logged_in(browser, person).text
    with scope(person.cabinet):
        Identifier.objects.update(ended_at=clock.now())
    page = browser.get("/alpha/me/")
    assert page.status == 200
    assert "Начисления остановлены" in page.text


def test_the_profile_shows_masked_contacts_and_what_was_agreed_to(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet, phone="+79123456789", email="anna@example.org")
    browser = Browser()
    registered(browser, person)
    form = browser.get("/alpha/login")
    browser.submit(form, {"login": person.union_card, "password": person.password})
    text = browser.get("/alpha/me/profile").text
    assert "anna@example.org" not in text
    assert "a···@example.org" in text
    assert "912" not in text.replace(person.union_card, "")
    assert "6789" in text
    assert "Согласие на обработку персональных данных" in text
    assert "/alpha/documents/rules?version=2026-09-01" in text
    assert "Это устройство" in text


def test_a_cabinet_without_pass_and_money_shows_neither(person: Person, tmp_path: Path) -> None:
    changes = {'"money", ': "", "[pass]\n": "", 'title = "Электронный профсоюзный билет"\n': ""}
    changes['holder_title = "Член союза"\n'] = ""
    browser = Browser()
    assert "Начислено" in logged_in(browser, person).text
    with added(changed(person.cabinet, tmp_path, changes)):
        home = browser.get("/alpha/me/")
        statuses = [browser.get(f"/alpha/me/{path}").status for path in ("pass", "pass.svg")]
    assert (home.status, statuses) == (200, [404, 404])
    assert "Начислено" not in home.text
    assert person.union_card not in home.text


def test_the_start_page_needs_nothing_published(db: None, cabinet: Cabinet) -> None:
    page = Browser().get("/alpha/")
    assert page.status == 200
    assert "Здесь пока нет предложений" in page.text


def test_the_list_of_cabinets_leads_to_each(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    page = Browser().get("/")
    assert page.status == 200
    for slug in ("alpha", "beta"):
        assert f'href="/{slug}/"' in page.text


@pytest.mark.parametrize("path", ["me", "me/"])
def test_me_leads_home(person: Person, path: str) -> None:
    browser = Browser()
    logged_in(browser, person)
    assert browser.follow(browser.get(f"/alpha/{path}")).address == "/alpha/me/"


@pytest.mark.parametrize("path", ["", "me/", "offers", "news", "pass/x"])
def test_what_only_shows_takes_no_post(person: Person, path: str) -> None:
    browser = Browser()
    logged_in(browser, person)
    token = browser.get("/alpha/me/profile").forms()[0].values["csrfmiddlewaretoken"]
    assert browser.post(f"/alpha/{path}", {"csrfmiddlewaretoken": token}).status == 405
