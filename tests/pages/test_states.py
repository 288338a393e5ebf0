"""What holds for every page in every state."""

import re
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.pages.conftest import Survey
from tests.pages.looking import Weight
from tests.pages.state import State
from tests.pages.states import STATES

NAMELESS = frozenset({"index", "lost-outside"})
CABINET = " — ПРОФКАРДС"
ANY_NUMBER = r"\d[\d ]*"
KILOBYTE = 1024
BUDGETS = {"document": 15 * KILOBYTE, "stylesheet": 12 * KILOBYTE, "script": 20 * KILOBYTE}
MOST_REQUESTS = 12

every_state = pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])


def over_budget(weights: list[Weight]) -> list[str]:
    """Which budgets of a page are overspent."""
    spent: defaultdict[str, int] = defaultdict(int)
    for weight in weights:
        spent[weight.kind] += weight.size
    found = [f"{kind}: {spent[kind]} of {most}" for kind, most in BUDGETS.items() if spent[kind] > most]
    if len(weights) > MOST_REQUESTS:
        found.append(f"{len(weights)} requests")
    return found


def skipped_levels(levels: list[int]) -> list[str]:
    """Where headings jump: the first is the only h1, and no level is left out on the way down."""
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} h1"]
    before = 0
    for level in levels:
        if level > before + 1:
            found.append(f"h{level} after h{before}")
        before = level
    return found


@every_state
def test_axe_finds_nothing(survey: Survey, state: State) -> None:
    assert not survey(state).violations


@every_state
def test_nothing_is_wider_than_the_window(survey: Survey, state: State) -> None:
    assert not survey(state).too_wide


@every_state
def test_controls_are_large_enough_for_a_finger(survey: Survey, state: State) -> None:
    assert not survey(state).small_targets


@every_state
def test_page_is_light(survey: Survey, state: State, record_property: Callable[[str, object], None]) -> None:
    findings = survey(state)
    assert not over_budget(findings.weights)
    documents = [each for each in findings.weights if each.kind == "document"]
    assert len(documents) == 1
    assert documents[0].size > 0
    for name, value in findings.paint.items():
        record_property(name, value)


@every_state
def test_nothing_fails_is_refused_or_asked_from_another_host(survey: Survey, state: State) -> None:
    findings = survey(state)
    assert not findings.problems
    assert len({urlsplit(each.url).netloc for each in findings.weights if not each.url.startswith("data:")}) == 1


@every_state
def test_page_is_well_built(survey: Survey, state: State) -> None:
    found = survey(state).structure
    assert found["lang"] == "ru"
    assert found["landmarks"] == 1
    assert not skipped_levels(found["headings"])
    assert not found["inline"]
    assert not found["handlers"]


@every_state
def test_title_says_where_one_is(survey: Survey, state: State) -> None:
    expected = re.escape(state.title + ("" if state.name in NAMELESS else CABINET)).replace("№", ANY_NUMBER)
    assert re.fullmatch(expected, survey(state).title)


@every_state
def test_words_of_the_manual_name_exactly_one_control(survey: Survey, state: State) -> None:
    expected = {words: 1 for _, words in state.controls}
    assert survey(state).counts == expected


def test_every_page_has_a_title_of_its_own() -> None:
    pages: defaultdict[str, set[str]] = defaultdict(set)
    for state in STATES:
        pages[state.title].add(state.name.removeprefix("member-").partition("-")[0])
    assert not {title: names for title, names in pages.items() if len(names) > 1}
