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

    def clear(self) -> None:
        """Begin anew."""
        self.requests.clear()
        self.problems.clear()

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

    def move(self) -> None:
        """Go on from another network address, with the same cookies."""
        self.context.set_extra_http_headers(_address())

    def another_tab(self, path: str = "") -> Page:
        """The same browser, one more tab."""
        tab = self.context.new_page()
        tab.goto(self.world.home + path)
        return tab


Arrive = Callable[..., Walker]


def _address() -> dict[str, str]:
    """A network address that nobody had yet, of documentation's own network (RFC 2544), as a proxy would name it."""
    number = next(_addresses)
    return {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}"}


def new_walker(world: World, browser: Browser, device: str = "desktop", **options: Any) -> Walker:
    """A browser with nothing in it. `options` are Playwright's for a context, e.g. `java_script_enabled=False`."""
    world.check_alive()
    common = {"locale": "ru-RU", "timezone_id": "Europe/Moscow", "extra_http_headers": _address()}
    context = browser.new_context(**{**DEVICES[device], **common, **options})
    context.set_default_timeout(PATIENCE_MS)
    record = Record(urlsplit(world.root).netloc)
    record.watch(context)
    return Walker(world, context, context.new_page(), record)


@dataclass
class Streets:
    """Where walkers come from. One who left comes back as somebody else: a new context costs more than a page."""

    world: World
    browser: Browser
    idle: dict[str, list[Walker]] = field(default_factory=lambda: {device: [] for device in DEVICES})

    def take(self, device: str) -> Walker:
        """A walker with no cookies, at an address that nobody had yet."""
        if not self.idle[device]:
            return new_walker(self.world, self.browser, device)
        self.world.check_alive()
        walker = self.idle[device].pop()
        walker.context.set_extra_http_headers(_address())
        return walker

    def put_back(self, device: str, walker: Walker) -> None:
        """Forget who it was."""
        walker.context.clear_cookies()
        pages = walker.context.pages
        for page in pages[1:]:
            page.close()
        walker.page = pages[0] if pages else walker.context.new_page()
        walker.page.goto("about:blank")
        walker.record.clear()
        self.idle[device].append(walker)


@pytest.fixture(scope="session")
def browser(world: World) -> Iterator[Browser]:
    """One Chromium for all; asks for `world` so that it is closed before the databases are."""
    found = shutil.which(CHROMIUM)
    assert found, "no Chromium on the PATH; `make test` installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def streets(world: World, browser: Browser) -> Streets:
    """The walkers of this run."""
    return Streets(world, browser)


@pytest.fixture
def arrive(streets: Streets) -> Iterator[Arrive]:
    """`arrive("phone")`: one more person. At the end nobody's browser may have met a problem."""
    usual: list[tuple[str, Walker]] = []
    special: list[Walker] = []

    def one_more(device: str = "desktop", **options: Any) -> Walker:
        if options:
            special.append(new_walker(streets.world, streets.browser, device, **options))
            return special[-1]
        usual.append((device, streets.take(device)))
        return usual[-1][1]

    yield one_more
    problems = [problem for walker in [*special, *(each for _, each in usual)] for problem in walker.record.problems]
    for walker in special:
        walker.context.close()
    for device, walker in usual:
        streets.put_back(device, walker)
    assert not problems, "\n".join(problems)
