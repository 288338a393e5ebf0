"""A browser that knows forms and cookies but no scripts, in front of the real WSGI application."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection

MOST_REDIRECTS = 5


@cache
def _application() -> Callable[..., Iterable[bytes]]:
    # By name: it looks for the static files once, when it is loaded, and those must have been collected by then.
    found: Callable[..., Iterable[bytes]] = import_module("openlk.config.wsgi").application
    return found


@contextmanager
def _open_connection() -> Iterator[None]:
    """In a unit test's transaction the connection must outlive the request; Django's own client does the same."""
    if not connection.in_atomic_block:
        yield
        return
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@dataclass
class Form:
    """A form as a browser would send it untouched; `controls` also holds what is sent only when ticked."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    controls: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    """Collects the POST forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open = Form(urljoin(self.address, given.get("action", "")))
            self.found.append(self._open)
        if self._open is None:
            return
        if tag in {"input", "select", "textarea"}:
            self._open.controls.add(given.get("name", ""))
        if tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self._open.values[given.get("name", "")] = given.get("value", "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._open.values):
            self._open.values[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._text = given.get("name", "")
            self._open.values[self._text] = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._text:
            self._open.values[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""


@dataclass(frozen=True)
class Page:
    """An answer: `address` is its path with the query."""

    address: str
    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    text: str

    @property
    def location(self) -> str:
        """Where it redirects to, or an empty string."""
        return self.headers.get("Location", "")

    def forms(self) -> list[Form]:
        """Its POST forms."""
        parser = _Forms(self.address)
        parser.feed(self.text)
        return parser.found


def _variable(header: str) -> str:
    """The name under which WSGI gives a header; the content's type is the one without «HTTP_»."""
    name = header.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


class Browser:
    """One person's browser at one host. Cookies are kept by name and path, as the standard says."""

    def __init__(self, host: str = "localhost", *, remote: str = "127.0.0.1", secure: bool = False) -> None:
        self.host = host
        self.remote = remote
        self.scheme = "https" if secure else "http"
        self.agent = ""
        self.jar: dict[tuple[str, str], str] = {}

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Page:
        """GET; a redirect is not followed."""
        return self._request("GET", address, b"", headers or {})

    def post(self, address: str, values: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Page:
        """POST just these values; a redirect is not followed."""
        given = {"Origin": f"{self.scheme}://{self.host}", **(headers or {})}
        return self._request("POST", address, urlencode(values).encode(), given)

    def submit(self, page: Page, values: Mapping[str, str] | None = None, form: int = 0) -> Page:
        """Fill in a form of a page and send it; only what the form has can be filled in."""
        shown = page.forms()[form]
        unknown = set(values or {}) - shown.controls
        assert not unknown, f"{page.address}: the form has no {unknown}, it has {shown.controls}"
        return self.post(shown.action, {**shown.values, **(values or {})})

    def follow(self, page: Page) -> Page:
        """The page at the end of the redirects."""
        for _ in range(MOST_REDIRECTS):
            if not page.location:
                return page
            page = self.get(urljoin(page.address, page.location))
        raise AssertionError(f"{page.address}: more than {MOST_REDIRECTS} redirects")

    def cookies_for(self, path: str) -> dict[str, str]:
        """The cookies that are sent to this path."""
        return {
            name: value
            for (name, folder), value in self.jar.items()
            if path == folder or path.startswith(folder if folder.endswith("/") else folder + "/")
        }

    def _environ(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        parts = urlsplit(quote(address, safe="%/?&=:#+,;@!$'()*~[]"))
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies_for(parts.path).items())
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            # WSGI wants the bytes of the path as Latin-1 (PEP 3333).
            "PATH_INFO": unquote(parts.path, "latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": self.host,
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.remote,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "HTTP_HOST": self.host,
            "HTTP_COOKIE": cookies,
            "HTTP_USER_AGENT": self.agent,
            **{_variable(name): value for name, value in headers.items()},
        }

    def _request(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Page:
        given: dict[str, Any] = {}

        def start_response(status: str, answered: list[tuple[str, str]], *_: object) -> None:
            given.update(status=int(status.split(" ", maxsplit=1)[0]), headers=answered)

        with _open_connection():
            chunks = _application()(self._environ(method, address, body, headers), start_response)
            content = b"".join(chunks)
            getattr(chunks, "close", bool)()
        set_cookies = tuple(value.strip() for name, value in given["headers"] if name.lower() == "set-cookie")
        for line in set_cookies:
            self._keep(line)
        return Page(address, given["status"], dict(given["headers"]), set_cookies, content.decode("utf-8", "replace"))

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.jar.pop((name, morsel["path"]), None)
            else:
                self.jar[name, morsel["path"]] = morsel.value
