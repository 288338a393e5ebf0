"""A real browser, and the people who sit at it: each with cookies and a network address of their own."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.support.world import World

CHROMIUM = "chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
DEVICES: Mapping[str, Mapping[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "tablet": {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True},
    "laptop": {"viewport": {"width": 1280, "height": 720}},
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
# The console repeats every status of 400 and more; a page that answers so is meant to, and `Record` sees the others.
_REPEATED_STATUS = "Failed to load resource"
_LEFT_BEHIND = "net::ERR_ABORTED"
_OWN_SCHEMES = frozenset({"data", "blob", "about"})
_addresses = count(1)


@dataclass
class Record:
    """What a browser did behind the page: every address asked for, and everything that must never happen."""

    host: str
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in _OWN_SCHEMES and parts.netloc != self.host:
            self.problems.append(f"another host is asked: {request.url}")

    def _response(self, response: Response) -> None:
        page_itself = response.request.is_navigation_request()
        if response.status >= (500 if page_itself else 400):
            self.problems.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # Whoever walks on quickly aborts what the page still loads; anything else that fails is missing on it.
        if request.failure != _LEFT_BEHIND:
            self.problems.append(f"{request.failure}: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_REPEATED_STATUS):
            self.problems.append(f"console: {message.text}")


@dataclass
class Walker:
    """A person at a browser of their own."""

    world: World
    context: BrowserContext
    page: Page
    record: Record

    def open(self, path: str = "") -> Page:
        """Type an address of the cabinet."""
        self.page.goto(self.world.home + path)
        return self.page

    def another_tab(self, path: str = "") -> Page:
        """The same browser, one more tab."""
        tab = self.context.new_page()
        tab.goto(self.world.home + path)
        return tab


Arrive = Callable[..., Walker]


def new_walker(world: World, browser: Browser, device: str = "desktop", **options: Any) -> Walker:
    """A browser with nothing in it. `options` are Playwright's for a context, e.g. `java_script_enabled=False`."""
    world.check_alive()
    number = next(_addresses)
    context = browser.new_context(
        **{
            **DEVICES[device],
            "locale": "ru-RU",
            "timezone_id": "Europe/Moscow",
            # Documentation's own network (RFC 2544): every walker is a stranger to the others' budgets of tries.
            "extra_http_headers": {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}"},
            **options,
        }
    )
    context.set_default_timeout(PATIENCE_MS)
    record = Record(urlsplit(world.root).netloc)
    record.watch(context)
    return Walker(world, context, context.new_page(), record)


@pytest.fixture(scope="session")
def browser(world: World) -> Iterator[Browser]:
    """One Chromium for all; asks for `world` so that it is closed before the databases are."""
    found = shutil.which(CHROMIUM)
    assert found, "no Chromium on the PATH; `make test` installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def arrive(world: World, browser: Browser) -> Iterator[Arrive]:
    """`arrive("phone")`: one more person. At the end nobody's browser may have met a problem."""
    walkers: list[Walker] = []

    def one_more(device: str = "desktop", **options: Any) -> Walker:
        walkers.append(new_walker(world, browser, device, **options))
        return walkers[-1]

    yield one_more
    for walker in walkers:
        walker.context.close()
    problems = [problem for walker in walkers for problem in walker.record.problems]
    assert not problems, "\n".join(problems)
