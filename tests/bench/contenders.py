"""Who is measured, and what each of them does in one burst."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from tests.bench.client import Answer, Client, Visitor
from tests.bench.programs import Program
from tests.support.people import PASSWORD

OK = 200
FOUND = 302


@dataclass(frozen=True)
class Account:
    """A name and a password that open a cabinet."""

    login: str
    password: str


class Contender(ABC):
    """Does the same thing a number of times, in processes of its own."""

    def __init__(self, key: str, title: str, operations: int, program: Program, *, uses_database: bool) -> None:
        self.key = key
        self.title = title
        self.operations = operations
        self.program = program
        self.uses_database = uses_database

    @property
    def shown(self) -> str:
        """What there is to say about the last answer."""
        return ""

    @abstractmethod
    def prepare(self) -> None:
        """What a burst needs and is not measured."""

    @abstractmethod
    def burst(self) -> None:
        """The operations. Raises AssertionError when one does not come out as it should."""


class BareHash(Contender):
    """Compares passwords and does nothing else."""

    def __init__(self, key: str, title: str, operations: int, program: Program) -> None:
        super().__init__(key, title, operations, program, uses_database=False)

    def prepare(self) -> None:
        """Nothing: the process waits for a number."""

    def burst(self) -> None:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{self.operations}\n")
        self.program.stdin.flush()
        answer = self.program.stdout.readline()
        assert answer == "done\n", answer


class Page(Contender):
    """Reads one page, as several signed-in people in turn."""

    def __init__(
        self,
        key: str,
        title: str,
        operations: int,
        program: Program,
        client: Client,
        *,
        path: str,
        people: Sequence[Visitor],
    ) -> None:
        super().__init__(key, title, operations, program, uses_database=True)
        self.client = client
        self.path = path
        self.people = people
        self.last: Answer | None = None

    def prepare(self) -> None:
        self.client.reconnect()

    def burst(self) -> None:
        for number in range(self.operations):
            answer = self.client.get(self.path, self.people[number % len(self.people)])
            assert answer.status == OK, f"{self.path}: {answer.status}"
            self.last = answer

    @property
    def shown(self) -> str:
        return _size(self.last) if self.last else ""


def _size(answer: Answer) -> str:
    whole, sent = len(answer.text.encode()) / 1024, answer.wire_bytes / 1024
    return f"{whole:.1f} КБ, {f'в gzip {sent:.1f} КБ' if answer.encoding == 'gzip' else 'не сжата'}"


class LogIn(Contender):
    """Posts the login form with the right password, every time as another person from another address."""

    def __init__(
        self,
        key: str,
        title: str,
        operations: int,
        program: Program,
        client: Client,
        *,
        path: str,
        accounts: Iterator[Account],
    ) -> None:
        super().__init__(key, title, operations, program, uses_database=True)
        self.client = client
        self.path = path
        self.accounts = accounts
        self.addresses = addresses()
        self.ready: list[tuple[Visitor, dict[str, str]]] = []

    def prepare(self) -> None:
        self.client.reconnect()
        self.ready = []
        for _ in range(self.operations):
            visitor = Visitor(next(self.addresses))
            self.ready.append((visitor, form(self.client, self.path, visitor, next(self.accounts))))

    def burst(self) -> None:
        for visitor, fields in self.ready:
            answer = self.client.post(self.path, visitor, fields)
            assert answer.status == FOUND, f"{self.path}: {answer.status}\n{answer.text}"


def addresses() -> Iterator[str]:
    """Network addresses of people, of 198.18.0.0/15, which is set aside for benchmarks (RFC 2544)."""
    for number in range(2**17):
        yield f"198.{18 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}"


def form(client: Client, path: str, visitor: Visitor, account: Account) -> dict[str, str]:
    """The login form of an account as a browser would post it."""
    token = client.get(path, visitor).form_token()
    return {"csrfmiddlewaretoken": token, "login": account.login, "password": account.password}


def signed_in(client: Client, path: str, accounts: Sequence[Account]) -> list[Visitor]:
    """A browser of each account, signed in through the form at `path`."""
    found = []
    for account, address in zip(accounts, addresses(), strict=False):
        visitor = Visitor(address)
        answer = client.post(path, visitor, form(client, path, visitor, account))
        assert answer.status == FOUND, f"{path}: {answer.status}\n{answer.text}"
        found.append(visitor)
    return found


class SignUp(Contender):
    """Signs new people up with the peer: its form, then the form sent; every time from another address."""

    def __init__(self, key: str, title: str, operations: int, program: Program, client: Client, *, path: str) -> None:
        super().__init__(key, title, operations, program, uses_database=True)
        self.client = client
        self.path = path
        self.addresses = addresses()
        self.numbers = count(1)

    def prepare(self) -> None:
        self.client.reconnect()

    def burst(self) -> None:
        for number in islice(self.numbers, self.operations):
            visitor = Visitor(next(self.addresses))
            fields = {
                "csrfmiddlewaretoken": self.client.get(self.path, visitor).form_token(),
                "username": f"newcomer{number}",
                "email": f"newcomer{number}@example.org",
                "password1": PASSWORD,
                "password2": PASSWORD,
            }
            answer = self.client.post(self.path, visitor, fields)
            assert answer.status == FOUND, f"{self.path}: {answer.status}\n{answer.text}"

    @property
    def shown(self) -> str:
        return "2 запроса"
