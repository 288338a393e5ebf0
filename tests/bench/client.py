"""The load: a browser reduced to cookies and one connection that is kept open."""

import gzip
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

DEADLINE_SECONDS = 30.0
_AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Visitor:
    """One person's browser: its cookies, and the network address it comes from."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A response, read to its end."""

    status: int
    encoding: str
    wire_bytes: int
    body: bytes
    # Where it redirects to, or an empty string.
    location: str = ""

    @property
    def text(self) -> str:
        """The page, unpacked."""
        return (gzip.decompress(self.body) if self.encoding == "gzip" else self.body).decode()

    def form_token(self) -> str:
        """The CSRF token in the page's form."""
        found = _TOKEN.search(self.text)
        if found is None:
            raise ValueError(f"{self.status}: no form on the page\n{self.text[:400]}")
        return found[1]


class Client:
    """Sends requests to one server on 127.0.0.1, one after another."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)

    def reconnect(self) -> None:
        """Open the connection anew: servers close one that was idle for long."""
        self._connection.close()
        self._connection.connect()

    def get(self, path: str, visitor: Visitor) -> Answer:
        """The page."""
        return self._ask("GET", path, visitor, None)

    def post(self, path: str, visitor: Visitor, fields: dict[str, str]) -> Answer:
        """The answer to a form; redirects are not followed."""
        return self._ask("POST", path, visitor, urlencode(fields).encode())

    def _ask(self, method: str, path: str, visitor: Visitor, form: bytes | None) -> Answer:
        headers = {
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
            "User-Agent": _AGENT,
            "X-Forwarded-For": visitor.address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()),
        }
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin}
        self._connection.request(method, path, form, headers)
        response = self._connection.getresponse()
        body = response.read()
        for line in response.headers.get_all("Set-Cookie", ()):
            visitor.cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        encoding, location = (response.headers.get(name, "") for name in ("Content-Encoding", "Location"))
        return Answer(response.status, encoding, len(body), body, location)
