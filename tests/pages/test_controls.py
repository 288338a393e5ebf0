"""The checks notice what they are there for: each is shown one thing that is broken."""

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.looking import Weight, set_by_scheme, small_targets, structure_of, too_wide, violations_of
from tests.pages.state import find
from tests.pages.test_states import BUDGETS, MOST_REQUESTS, over_budget, skipped_levels
from tests.support import environment
from tests.support.browsing import Arrive, Walker, new_walker
from tests.support.postgres import PostgresDatabases
from tests.support.world import World, processes_marked

_ADD = """html => {
    const made = document.createElement("div");
    made.innerHTML = html;
    document.querySelector("main").append(...made.childNodes);
}"""

NOTICED_WITHIN_MS = 5_000
_STEP_MS = 50


def _noticed(walker: Walker, words: str) -> bool:
    """Whether the record soon holds a problem with these words."""
    for _ in range(NOTICED_WITHIN_MS // _STEP_MS):
        if any(words in problem for problem in walker.record.problems):
            return True
        walker.page.wait_for_timeout(_STEP_MS)
    return False


@pytest.fixture
def login_page(arrive: Arrive) -> Page:
    return arrive().open("login")


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">', "image-alt"),
        ('<input name="nameless">', "label"),
        ("<p class=pale>Бледный текст</p>", "color-contrast"),
        ('<a href="#main"></a>', "link-name"),
    ],
)
def test_axe_finds_what_is_broken(login_page: Page, broken: str, rule: str) -> None:
    assert not violations_of(login_page, widths=[390])
    login_page.evaluate(_ADD, broken)
    login_page.evaluate("for (const each of document.querySelectorAll('.pale')) each.style.color = '#8884'")
    found = violations_of(login_page, widths=[390])
    assert {each.split()[2] for each in found} == {f"{rule}:"}
    assert {each.split()[1] for each in found} == ({"light", "dark"} if rule == "color-contrast" else {"light"})


def test_colour_scheme_changes_colours_only(login_page: Page) -> None:
    found = set_by_scheme(login_page)
    assert found["all"] > 20
    assert not found["others"]


def test_colour_scheme_that_changes_more_is_noticed(login_page: Page) -> None:
    login_page.evaluate(
        """document.styleSheets[0].insertRule("@media (prefers-color-scheme: dark) { .field { display: none } }")"""
    )
    assert set_by_scheme(login_page)["others"] == ["display"]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        ("500px", {"320 text 100 %", "320 text 200 %", "390 text 100 %"}),
        ("22rem", {"320 text 100 %", "320 text 200 %", "390 text 200 %"}),
    ],
)
def test_wide_block_is_noticed(login_page: Page, width: str, expected: set[str]) -> None:
    login_page.evaluate(_ADD, "<div class=wide>Широко</div>")
    login_page.evaluate(f"document.querySelector('.wide').style.width = '{width}'")
    assert expected <= {each.split(":")[0] for each in too_wide(login_page)}


def test_text_that_fits_until_it_is_spaced_is_noticed(login_page: Page) -> None:
    login_page.evaluate(_ADD, "<span class=tight>Текст, который не переносится</span>")
    login_page.evaluate("document.querySelector('.tight').style.cssText = 'white-space: nowrap; font-size: 22px'")
    found = {each.split(":")[0] for each in too_wide(login_page, widths=[390])}
    assert "390 text 100 % spaced" in found
    assert "390 text 100 %" not in found


def test_page_that_hides_its_overflow_is_noticed(login_page: Page) -> None:
    login_page.evaluate("document.body.style.overflowX = 'hidden'")
    assert any("hides what is wide" in each for each in too_wide(login_page))


def test_small_button_is_noticed(login_page: Page) -> None:
    assert not small_targets(login_page)
    login_page.evaluate(_ADD, "<button class=tiny>x</button>")
    login_page.evaluate(
        "Object.assign(document.querySelector('.tiny').style, {padding: 0, minHeight: 0, height: '20px'})"
    )
    assert [each.split(":")[0] for each in small_targets(login_page)] == ["BUTTON x"]


def test_second_label_of_the_same_words_is_noticed(login_page: Page) -> None:
    assert find(login_page, ("label", "Логин")).count() == 1
    login_page.evaluate(_ADD, '<input aria-label="Логин">')
    assert find(login_page, ("label", "Логин")).count() == 2


def test_inline_style_and_handler_are_noticed(arrive: Arrive) -> None:
    page = arrive(bypass_csp=True).open("login")
    page.evaluate("document.querySelector('main').setAttribute('onclick', 'alert(1)')")
    page.evaluate("document.querySelector('main').style.color = 'red'")
    found = structure_of(page)
    assert found["handlers"] == ["onclick"]
    assert len(found["inline"]) == 1


def test_skipped_and_doubled_headings_are_noticed() -> None:
    assert skipped_levels([1, 2, 3, 2, 3]) == []
    assert skipped_levels([1, 3]) == ["h3 after h1"]
    assert skipped_levels([2, 1]) == ["h2 after h0"]
    assert skipped_levels([1, 2, 1]) == ["2 h1"]
    assert skipped_levels([]) == ["0 h1"]


@pytest.mark.parametrize("kind", BUDGETS)
def test_heavy_page_is_noticed(kind: str) -> None:
    half = BUDGETS[kind] // 2
    assert not over_budget([Weight(kind, "a", half), Weight(kind, "b", half)])
    assert over_budget([Weight(kind, "a", half), Weight(kind, "b", half + 2)])


def test_page_of_many_requests_is_noticed() -> None:
    assert not over_budget([Weight("image", "a", 1)] * MOST_REQUESTS)
    assert over_budget([Weight("image", "a", 1)] * (MOST_REQUESTS + 1)) == ["13 requests"]


def test_another_host_is_noticed(world: World, browser: Browser) -> None:
    walker = new_walker(world, browser, bypass_csp=True)
    walker.context.route("**/*.gif", lambda route: route.abort())  # nothing leaves this machine
    page = walker.open("login")
    page.evaluate(_ADD, '<img src="http://other.example/dot.gif" alt="">')
    assert _noticed(walker, "another host is asked: http://other.example/dot.gif")
    walker.context.close()


def test_breach_of_the_content_policy_is_noticed(world: World, browser: Browser) -> None:
    walker = new_walker(world, browser)
    page = walker.open("login")
    page.evaluate(_ADD, '<img src="http://other.example/dot.gif" alt="">')
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert _noticed(walker, "img-src")
    assert _noticed(walker, "script-src")
    walker.context.close()


def test_error_of_a_script_and_missing_file_are_noticed(world: World, browser: Browser) -> None:
    walker = new_walker(world, browser)
    page = walker.open("login")
    page.evaluate("setTimeout(() => { throw new Error('broken on purpose'); })")
    page.evaluate(_ADD, '<img src="/static/no-such-file.png" alt="">')
    assert _noticed(walker, "broken on purpose")
    assert _noticed(walker, "404: ")
    walker.context.close()


def test_process_left_behind_is_noticed(world: World) -> None:
    assert len(processes_marked(world.mark)) >= 4, "demo, site, worker and sandbox"
    assert not processes_marked("OPENLK_DATA=/nowhere/at/all")


def test_world_runs_on_the_database_of_this_run(world: World) -> None:
    postgres = isinstance(environment.databases(), PostgresDatabases)
    own_file = world.log.parent / "data" / "openlk.sqlite3"
    assert own_file.exists() is not postgres
