"""A whole registration, as a browser goes through it: every request from the blank form to the page at its end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from tests.bench.client import Answer, Client, Visitor
from tests.bench.contenders import FOUND, OK, Contender, addresses
from tests.bench.programs import Program
from tests.support.people import PASSWORD
from tests.support.registering import CONSENTS

END = "Личный кабинет создан"
_FORM = re.compile(r'<form[^>]*\bmethod="post"[^>]*>.*?</form>', re.DOTALL | re.IGNORECASE)
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Member:
    """A person of the register who has no login yet."""

    full_name: str
    card: str


def hidden_fields(page: str) -> dict[str, str]:
    """What the page's form sends without anybody having typed it."""
    form = _FORM.search(page)
    assert form is not None, page[:400]
    inputs = [dict(_ATTRIBUTE.findall(each)) for each in _HIDDEN.findall(form[0])]
    return {each["name"]: unescape(each.get("value", "")) for each in inputs}


def _moved(answer: Answer) -> str:
    assert answer.status == FOUND, f"{answer.status}\n{answer.text}"
    return answer.location


def _shown(answer: Answer) -> str:
    assert answer.status == OK, f"{answer.status}\n{answer.text}"
    return answer.text


def register(client: Client, path: str, visitor: Visitor, member: Member) -> int:
    """Form, contacts and password, end: two forms sent, both redirects followed; how many requests it took."""
    first = hidden_fields(_shown(client.get(path, visitor)))
    given = {**first, "full_name": member.full_name, "union_card": member.card, **CONSENTS}
    run = _moved(client.post(path, visitor, given))
    second = hidden_fields(_shown(client.get(run, visitor)))
    kept = {"phone": "", "email": "", "password": PASSWORD, "password_again": PASSWORD}
    end = _moved(client.post(run, visitor, {**second, **kept}))
    assert END in _shown(client.get(end, visitor)), f"{member.card}: no login at the end"
    return 5


class Registration(Contender):
    """Registers members one after another, each in a browser and at an address of their own."""

    def __init__(
        self,
        key: str,
        title: str,
        operations: int,
        program: Program,
        client: Client,
        *,
        path: str,
        members: Iterator[Member],
    ) -> None:
        super().__init__(key, title, operations, program, uses_database=True)
        self.client = client
        self.path = path
        self.members = members
        self.addresses = addresses()
        self.ready: Sequence[tuple[Visitor, Member]] = ()
        self.requests = 0

    def prepare(self) -> None:
        self.client.reconnect()
        self.ready = [(Visitor(next(self.addresses)), next(self.members)) for _ in range(self.operations)]

    def burst(self) -> None:
        for visitor, member in self.ready:
            self.requests = register(self.client, self.path, visitor, member)

    @property
    def shown(self) -> str:
        return f"{self.requests} запросов"
