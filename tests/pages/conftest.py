"""Every state of every page is reached once and measured once; the tests then read what was found."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request

from tests.pages.looking import (
    SCHEMES,
    WIDTHS,
    Findings,
    paint_of,
    recolour,
    resize,
    small_targets,
    structure_of,
    too_wide,
    violations_of,
    weigh,
)
from tests.pages.state import Stage, State, find
from tests.pages.states import ANNA
from tests.support.browsing import Walker, new_walker
from tests.support.members import Members
from tests.support.screens import expect_heading, log_in
from tests.support.world import World

# Set to a folder to get a picture of every state at 390 and 1280 px, light and dark.
PICTURES = os.environ.get("OPENLK_TEST_PICTURES", "")

Survey = Callable[[State], Findings]


class _Surveyor:
    """Walks to a state in one of two browsers, a guest's and a member's, and measures it."""

    def __init__(self, guest: Walker, member: Walker, members: Members) -> None:
        self.walkers = {False: guest, True: member}
        self.members = members
        self.asked: list[Request] = []
        self.known: dict[str, Findings] = {}
        for walker in self.walkers.values():
            # Every page is weighed as the first one that a person opens.
            walker.context.new_cdp_session(walker.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
            walker.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.is_navigation_request():
            self.asked.clear()
        self.asked.append(request)

    def survey(self, state: State) -> Findings:
        if state.name not in self.known:
            self.known[state.name] = self._measure(state)
        return self.known[state.name]

    def _measure(self, state: State) -> Findings:
        walker = self.walkers[state.member]
        page = walker.page
        if not state.member:
            walker.context.clear_cookies()
            walker.move()
        walker.record.problems.clear()
        resize(page, WIDTHS[-1])
        state.reach(Stage(walker, self.members))
        page.wait_for_load_state("load")
        findings = Findings(title=page.title(), weights=weigh(self.asked), paint=paint_of(page))
        findings.structure = structure_of(page)
        findings.counts = {words: find(page, (kind, words)).count() for kind, words in state.controls}
        findings.small_targets = small_targets(page)
        for width in WIDTHS:
            findings.violations += violations_of(page, [width])
            findings.too_wide += too_wide(page, [width])
        self._picture(walker, state)
        findings.problems = list(walker.record.problems)
        return findings

    def _picture(self, walker: Walker, state: State) -> None:
        if not PICTURES:
            return
        for width in (390, 1280):
            resize(walker.page, width)
            for scheme in SCHEMES:
                recolour(walker.page, scheme)
                walker.page.screenshot(path=Path(PICTURES) / f"{state.name}-{width}-{scheme}.png", full_page=True)
        recolour(walker.page, "light")


@pytest.fixture(scope="session")
def survey(static_files: None, world: World, browser: Browser, members: Members) -> Iterator[Survey]:
    """`survey(state)`: what was found there."""
    guest, member = (new_walker(world, browser) for _ in range(2))
    log_in(member.open("login"), ANNA.member.card, ANNA.password)
    expect_heading(member.page, f"Здравствуйте, {ANNA.member.given_names}")
    yield _Surveyor(guest, member, members).survey
    for walker in (guest, member):
        walker.context.close()
