"""A silent flow tells nobody who is known: neither by its words nor by the work it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from time import thread_time
from typing import Any
from unittest.mock import patch

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows import sending
from openlk.flows.models import Run
from openlk.identity import passwords
from tests.flows.world import cheap_hashes
from tests.support.people import make_person
from tests.support.plain_browser import Browser, Page
from tests.support.scale import scaled
from tests.support.stage import Wall

PAIRS = 400
WARM_UP = 20
# One half is no difference at all. Where chance alone may have led out of the bounds, more pairs decide.
HIGHEST = 0.55
MOST_ROUNDS = 4
UNKNOWN = "9999999999"

_addresses = count(1)


def rank_statistic(ones: Sequence[float], others: Sequence[float]) -> float:
    """How often one of the first is larger than one of the others (AUC); equal ones count half. In 0..1."""
    ranked = sorted([(value, 0) for value in ones] + [(value, 1) for value in others])
    total, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        middle = (place + 1 + end) / 2
        total += middle * sum(1 - whose for _, whose in ranked[place:end])
        place = end
    return (total - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))


def fresh_browser(csrf: Browser) -> Browser:
    """A browser from an address of its own, so that nobody's tries are anybody else's."""
    number = next(_addresses)
    browser = Browser(remote=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    browser.jar = {key: value for key, value in csrf.jar.items() if key[0].endswith("-csrf")}
    return browser


@dataclass(frozen=True)
class Measured:
    """Two answers together: their work, their statuses, and what was read in the end."""

    seconds: float
    statuses: tuple[int, ...]
    page: Page


class Asking:
    """Somebody who asks for a way back in, again and again, for whomever; the clock goes on between them."""

    def __init__(self, cabinet: Cabinet, flow: str, wall: Wall) -> None:
        self.cabinet, self.flow, self.wall = cabinet, flow, wall
        self.first = Browser()
        self.form = self.first.get(f"/{cabinet.slug}/recover").forms()[0]

    def ask(self, union_card: str) -> Measured:
        """The number is sent, and the page after it is opened."""
        browser = fresh_browser(self.first)
        values = {**self.form.values, "union_card": union_card, "flow": self.flow}
        begun = thread_time()
        sent = browser.post(f"/{self.cabinet.slug}/recover", values)
        page = browser.get(sent.location)
        spent = thread_time() - begun
        return Measured(spent, (sent.status, page.status), page)

    def pair(self, place: int, random: Random) -> tuple[Measured, Measured]:
        """A known and an unknown number, in either order; each of the known ones is somebody else's."""
        person = make_person(
            self.cabinet, phone=f"+79{place % 997:03d}{place:06d}", email=f"a@d{place}.example", with_login=True
        )
        self.wall.forward(minutes=11)
        asked = [(True, person.union_card), (False, f"{int(UNKNOWN) - place}")]
        random.shuffle(asked)
        answers = {known: self.ask(card) for known, card in asked}
        return answers[True], answers[False]


def without_run(cabinet: Cabinet, page: Page) -> str:
    """The page without what tells any two runs apart, and without the form's own token."""
    with scope(cabinet):
        run = Run.objects.get(pk=page.address.split("/")[3].partition("?")[0])
    number = f"{run.number[:3]} {run.number[3:6]} {run.number[6:8]} {run.number[8:]}"
    text = page.text.replace(str(run.pk), "RUN").replace(run.status_token, "TOKEN").replace(number, "NUMBER")
    for form in page.forms():
        text = text.replace(form.values["csrfmiddlewaretoken"], "CSRF")
    return text


Pair = Callable[[int], tuple[Measured, Measured]]


def told_apart(pair: Pair, look: Callable[[Measured, Measured], Any], *, rounds: int = MOST_ROUNDS) -> float:
    """The rank statistic of the work for who is known against who is not; `look` holds the answers of every pair."""
    for place in range(WARM_UP):
        pair(place)
    known: list[float] = []
    unknown: list[float] = []
    found = 1.0
    for turn in range(rounds):
        for place in range(scaled(PAIRS)):
            one, other = pair(WARM_UP + turn * scaled(PAIRS) + place)
            look(one, other)
            known.append(one.seconds)
            unknown.append(other.seconds)
        found = rank_statistic(known, unknown)
        if 1 - HIGHEST <= found <= HIGHEST:
            break
    return found


@pytest.mark.parametrize("flow", ["recovery", "recovery_sms"])
def test_who_is_known_cannot_be_told_by_status_words_or_work(
    documents: None, cabinet: Cabinet, wall: Wall, flow: str
) -> None:
    def look(known: Measured, unknown: Measured) -> None:
        assert known.statuses == unknown.statuses == (302, 200)
        assert without_run(cabinet, known.page) == without_run(cabinet, unknown.page)

    with cheap_hashes():
        asking, random = Asking(cabinet, flow, wall), Random(flow)  # noqa: S311 -- the same order each time
        found = told_apart(lambda place: asking.pair(place, random), look)
    print(f"{flow}: AUC {found:.3f} of CPU time")  # noqa: T201 -- shown by -rP
    assert 1 - HIGHEST <= found <= HIGHEST


def test_who_spares_the_work_for_show_is_told_apart(
    documents: None, cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: nothing is written where nothing is sent."""
    monkeypatch.setattr(sending, "_padded", lambda _, found, *__: found)
    monkeypatch.setattr("tests.flows.test_silence.PAIRS", 60)
    with cheap_hashes():
        asking, random = Asking(cabinet, "recovery", wall), Random(1)  # noqa: S311 -- the same order each time
        found = told_apart(lambda place: asking.pair(place, random), lambda *_: None, rounds=1)
    assert found > 0.8


class Trying:
    """Somebody who tries a wrong password, with a name that is known or with one that is not."""

    def __init__(self, cabinet: Cabinet, wall: Wall) -> None:
        self.cabinet, self.wall = cabinet, wall
        self.first = Browser()
        self.form = self.first.get(f"/{cabinet.slug}/login").forms()[0]
        self.known = make_person(cabinet, with_login=True).union_card

    def attempt(self, name: str) -> Measured:
        """A wrong password, and what is answered."""
        browser = fresh_browser(self.first)
        values = {**self.form.values, "login": name, "password": "не тот пароль"}
        begun = thread_time()
        page = browser.post(f"/{self.cabinet.slug}/login", values)
        return Measured(thread_time() - begun, (page.status,), page)

    def pair(self, random: Random) -> tuple[Measured, Measured]:
        """Both in either order, after the waits of the pair before."""
        self.wall.forward(hours=25)
        asked = [(True, self.known), (False, UNKNOWN)]
        random.shuffle(asked)
        answers = {known: self.attempt(name) for known, name in asked}
        return answers[True], answers[False]

    def words(self, measured: Measured) -> str:
        """The page without the name that was typed and without the form's own token."""
        text = measured.page.text.replace(self.known, "NAME").replace(UNKNOWN, "NAME")
        for form in measured.page.forms():
            text = text.replace(form.values["csrfmiddlewaretoken"], "CSRF")
        return text


def test_a_wrong_password_says_nothing_about_the_name(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    """With a cheap hash: the usual one is most of the work, and its noise would hide the rest."""
    with cheap_hashes():
        trying, random = Trying(cabinet, wall), Random(2)  # noqa: S311 -- the same order each time

        def look(known: Measured, unknown: Measured) -> None:
            assert known.statuses == unknown.statuses == (200,)
            assert trying.words(known) == trying.words(unknown)

        found = told_apart(lambda _: trying.pair(random), look)
    print(f"login: AUC {found:.3f} of CPU time")  # noqa: T201 -- shown by -rP
    assert 1 - HIGHEST <= found <= HIGHEST


def test_who_spares_the_hash_is_told_apart(documents: None, cabinet: Cabinet, wall: Wall) -> None:
    """A control, with the hash as it is: nothing is compared where there is nothing to compare with."""
    real = passwords.password_matches

    def sparing(password: str, phc: str | None) -> bool:
        return phc is not None and real(password, phc)

    trying, random = Trying(cabinet, wall), Random(3)  # noqa: S311 -- the same order each time
    with patch("openlk.identity.actions.password_matches", sparing), patch("tests.flows.test_silence.PAIRS", 20):
        found = told_apart(lambda _: trying.pair(random), lambda *_: None, rounds=1)
    assert found > 0.9


def test_the_statistic_itself() -> None:
    assert rank_statistic([1, 2, 3], [1, 2, 3]) == 0.5
    assert rank_statistic([4, 5], [1, 2]) == 1
    assert rank_statistic([1, 2], [4, 5]) == 0
    assert rank_statistic([1, 3], [2, 2]) == 0.5
