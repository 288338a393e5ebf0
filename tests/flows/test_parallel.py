"""Sixty-four at once through the pages themselves: guesses are counted, and what is right is used once."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from threading import Barrier, Lock
from typing import Any
from unittest.mock import patch

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows import engine, links, views
from openlk.flows.models import Run
from openlk.guard import challenges
from openlk.guard.challenges import CODE_TRIES
from openlk.guard.models import Challenge
from openlk.guard.rules import link_tries
from tests.flows.world import cheap_hashes
from tests.support.databases import OwnDatabase
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.recovering import asked, code_in_sms, link_in_letter
from tests.support.threads import Result, at_once

THREADS = 64
# A stale form changes nothing and is free; whoever guesses reads the page and tries again. A guess is stale only since
# another one counted, so that all together count at least as often as there are rounds.
ROUNDS = CODE_TRIES + 2
TOGETHER_SECONDS = 60.0


@pytest.fixture
def person(own_database: OwnDatabase, documents: None, cabinet: Cabinet) -> Iterator[Person]:
    """Somebody with a login, in a database with real commits."""
    with cheap_hashes():
        yield make_person(cabinet, email="anna@example.org", with_login=True)


class Compared:
    """Counts how often each code is compared, and those that were used up, by whatever thread."""

    def __init__(self) -> None:
        self.codes: Counter[int] = Counter()
        self.proofs = 0
        self._lock = Lock()

    def fits(self, real: Callable[..., Any], taken: Any, code: str) -> Any:
        with self._lock:
            self.codes.update(each.challenge_id for each in taken)
        return real(taken, code)

    def note_proof(self, real: Callable[..., Any], *given: Any) -> None:
        with self._lock:
            self.proofs += 1
        real(*given)


def _everywhere(stack: ExitStack, function: str, other: Callable[..., Any]) -> None:
    """Put `other(real, …)` in the place of a function wherever flows have imported that to."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("openlk.flows") and function in vars(module):
            stack.enter_context(patch.object(module, function, partial(other, getattr(module, function))))


@pytest.fixture
def compared() -> Iterator[Compared]:
    """What is compared during the test."""
    found = Compared()
    with ExitStack() as stack:
        _everywhere(stack, "fits", found.fits)
        _everywhere(stack, "note_proof", found.note_proof)
        yield found


def _same_browser(browser: Browser) -> Browser:
    """Another window of the same browser."""
    other = Browser(remote=browser.remote)
    other.jar = dict(browser.jar)
    return other


def _all_at_once(call: Callable[[], Result]) -> list[Result]:
    results = at_once([call] * THREADS)
    assert [each for each in results if isinstance(each, Exception)] == []
    return results  # type: ignore[return-value]  # none of them is an exception


def _run(cabinet: Cabinet) -> Run:
    with scope(cabinet):
        found: Run = Run.objects.get()
    return found


def _wrong(code: str) -> str:
    return str((int(code[0]) + 1) % 10) + code[1:]


def _guess(browser: Browser, page: Page, code: str) -> list[int]:
    """The page as it is now, and a guess; as often as there are rounds."""
    window, statuses = _same_browser(browser), []
    for _ in range(ROUNDS):
        now = window.follow(window.get(page.address))
        statuses.append(window.submit(now, {"code": code}).status)
    return statuses


def test_of_many_wrong_codes_no_more_than_allowed_are_compared(
    person: Person, cabinet: Cabinet, compared: Compared
) -> None:
    browser = Browser()
    page = asked(browser, cabinet, person.union_card, "recovery_sms")
    _all_at_once(partial(_guess, browser, page, _wrong(code_in_sms(person))))
    assert 0 < max(compared.codes.values()) <= CODE_TRIES
    assert _run(cabinet).position == 2


def test_without_a_limit_many_more_would_be(
    person: Person, cabinet: Cabinet, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: neither the run nor the code counts its attempts."""
    browser = Browser()
    page = asked(browser, cabinet, person.union_card, "recovery_sms")
    monkeypatch.setattr(challenges, "spend", lambda *_: 0)
    with scope(cabinet):
        Challenge.objects.update(attempts_left=1000)
    _all_at_once(partial(_guess, browser, page, _wrong(code_in_sms(person))))
    assert max(compared.codes.values()) > CODE_TRIES


def _submit(browser: Browser, page: Page, code: str) -> str:
    """The code, from a window that was open before; where that leads."""
    return _same_browser(browser).submit(page, {"code": code}).location


def test_of_many_right_codes_one_counts(person: Person, cabinet: Cabinet, compared: Compared) -> None:
    browser = Browser()
    page = asked(browser, cabinet, person.union_card, "recovery_sms")
    version = _run(cabinet).version
    places = _all_at_once(partial(_submit, browser, page, code_in_sms(person)))
    run = _run(cabinet)
    assert (run.position, run.version, len(run.facts["proofs"])) == (3, version + 1, 1)
    assert compared.proofs == 1
    assert sum("stale" not in place for place in places) == 1


def _unlocked(monkeypatch: pytest.MonkeyPatch, stood: Run) -> None:
    """Whoever asks for the locked run gets it as it once stood, and nobody waits for anybody."""

    def as_it_stood(*_: Any, **__: Any) -> Run:
        found: Run = Run.objects.select_related("flow_version").get(pk=stood.pk)
        found.version, found.position, found.facts = stood.version, stood.position, dict(stood.facts)
        return found

    monkeypatch.setattr(engine, "locked", as_it_stood)
    monkeypatch.setattr(engine, "by_id", as_it_stood)


def test_without_version_and_consumption_many_would(
    person: Person, cabinet: Cabinet, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: everybody has read the same run before anybody writes it, and a code is not used up."""
    browser = Browser()
    page = asked(browser, cabinet, person.union_card, "recovery_sms")
    stood = _run(cabinet)
    everybody = Barrier(THREADS)

    real = engine.act

    def act(*given: Any) -> Any:
        everybody.wait(TOGETHER_SECONDS)
        return real(*given)

    _unlocked(monkeypatch, stood)
    monkeypatch.setattr(views, "act", act)
    monkeypatch.setattr(challenges, "spend", lambda *_: 0)
    with scope(cabinet):
        Challenge.objects.update(attempts_left=1000)
    with ExitStack() as stack:
        _everywhere(stack, "consume", lambda *_: True)
        _all_at_once(partial(_submit, browser, page, code_in_sms(person)))
    assert compared.proofs > 1


def _press(pages: Iterator[tuple[Browser, Page]], lock: Lock) -> int:
    """The button of a link's page, in a browser of one's own; whether that led on (302) or nowhere (410)."""
    with lock:
        browser, page = next(pages)
    return browser.submit(page).status


def _opened(link: str) -> Iterator[tuple[Browser, Page]]:
    """The link's page, open in as many browsers, each with an address of its own."""
    browsers = [Browser(remote=f"10.9.{number}.1") for number in range(THREADS)]
    return iter([(browser, browser.get(link)) for browser in browsers])


def test_of_many_who_press_a_links_button_one_goes_on(person: Person, cabinet: Cabinet) -> None:
    asked(Browser(), cabinet, person.union_card)
    pages = _opened(link_in_letter(person))
    statuses = Counter(_all_at_once(partial(_press, pages, Lock())))
    assert statuses == {302: 1, 410: THREADS - 1}
    run = _run(cabinet)
    assert (run.position, len(run.facts["proofs"])) == (3, 1)


def test_without_lock_and_consumption_many_would_go_on(
    person: Person, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: a look in the place of the consumption, and everybody has read the run before anybody writes it."""
    asked(Browser(), cabinet, person.union_card)
    pages = _opened(link_in_letter(person))
    stood = _run(cabinet)

    _unlocked(monkeypatch, stood)
    monkeypatch.setattr(links, "consume_link", challenges.look_at_link)
    statuses = Counter(_all_at_once(partial(_press, pages, Lock())))
    assert statuses[302] > 1


def test_of_many_who_guess_links_the_networks_budget_lets_few_look(
    person: Person, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens that are none, from one address: all are answered alike, and nothing is used up."""
    asked(Browser(), cabinet, person.union_card)
    link = link_in_letter(person)
    looked: list[str] = []
    real = challenges._living_link

    def living(token: str) -> Challenge | None:
        looked.append(token)
        return real(token)

    monkeypatch.setattr(challenges, "_living_link", living)
    csrf = Browser()
    csrf.get(f"/{cabinet.slug}/recover")
    token = {"csrfmiddlewaretoken": next(value for key, value in csrf.jar.items() if key[0].endswith("-csrf"))}
    wrong = f"{link[:-4]}none"
    statuses = _all_at_once(lambda: _same_browser(csrf).post(wrong, token).status)
    assert set(statuses) <= {410, 429}
    assert len(looked) <= link_tries().free + 1
    assert Browser(remote="10.8.0.1").get(link).status == 200
