"""The log holds nobody's personal data: by example, and with one person walked through everything (ASVS 16.2.5)."""

import io
import json
import logging
from collections.abc import Iterator, Mapping

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.config.logs import JsonLines
from openlk.config.masking import MASK, Masked, masked
from openlk.content import views
from openlk.jobs import worker
from openlk.jobs.periodic import PeriodicTask
from openlk.kit.stopping import StopSignal
from openlk.messages import sending
from openlk.messages.actions import queue
from openlk.messages.channel import Channel, Delivery, Parcel
from tests.support.people import Person, make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in, registered

NAME = "Канарейкина Василиса Аристарховна"
EMAIL = "kanareyka.vasilisa@example.org"
PASSWORD = "просторная клетка у окна"
# However they are written: any of these in the log is a leak.
TRACES = ("Канарейкин", "канарейкин", "kanareyka", "9175550142", "555-01-42", "9081726354", "клетка")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +7 917 555-01-42 now", f"call {MASK} now"),
        ("call 8(917)555-01-42", f"call {MASK}"),
        ("card 9081726354", f"card {MASK}"),
        ("to anna.petrova+x@mail.example.ru: no", f"to {MASK}: no"),
        ("письмо для анна@почта.рф", f"письмо для {MASK}"),
        ("нет человека Ковалёва Анна Петровна в реестре", f"нет человека {MASK} в реестре"),
        ("ждёт Ковалёва А. П.", f"ждёт {MASK}"),
        ("КОВАЛЁВА АННА", MASK),
        ("GET /alpha/pass/short?x", f"GET /alpha/pass/{MASK}?x"),
        ("token zK3pQ9xw_Lm2Rt8vB-n4Yc6D", f"token {MASK}"),
        ("{'password': 'a b c', 'n': 1}", f"{{'password': {MASK}, 'n': 1}}"),
        ("Key (cabinet, name)=(alpha, Ли Ян) already exists.", f"Key (cabinet, name)={MASK}"),
        ("DETAIL:  Failing row contains (1, ли ян).", f"DETAIL:{MASK}"),
        # Controls: what an engineer needs stays.
        ("message 12345, attempt 3: unknown", "message 12345, attempt 3: unknown"),
        ("no such table: guard_budget", "no such table: guard_budget"),
        ("База данных не отвечает", "База данных не отвечает"),
        ('File "/opt/openlk/src/openlk/flows/engine.py", line 93, in act', None),
        ("test_a_page_of_an_error_is_shown_to_everybody", None),
    ],
)
def test_a_line_keeps_everything_but_what_is_personal(text: str, left: str | None) -> None:
    assert masked(text) == (text if left is None else left)


def test_a_long_text_is_cut_and_quickly_done() -> None:
    assert len(masked("a" * 5_000_000)) <= 20_000
    assert len(masked("a1B-" * 1_000_000 + "@" * 9)) <= 20_000


def test_values_of_telling_keys_are_masked_and_a_wrong_call_shows_no_arguments() -> None:
    record = logging.LogRecord("x", logging.INFO, "file.py", 7, "%d of %s", ("Ли", "+79175550142"), None)
    record.phone, record.count, record.note = "+79175550142", 3, "от anna@example.org"
    assert Masked().filter(record)
    assert vars(record)["phone"] == MASK
    assert (vars(record)["count"], vars(record)["note"]) == (3, f"от {MASK}")
    assert record.getMessage() == "a line that cannot be formatted, from file.py:7"


def test_nobody_begins_a_line_of_their_own_in_the_log() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "agent %s", ("x\n2026-01-01 ERROR forged",), None)
    Masked().filter(record)
    assert "\n" not in record.getMessage()


class _Ear:
    """Everything the process writes into its log, as production would write it, down to DEBUG."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonLines())
        self.handler.addFilter(Masked())

    def leaks(self) -> set[str]:
        heard = self.stream.getvalue()
        lines = [json.loads(line) for line in heard.splitlines()]
        assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
        return {trace for trace in TRACES if trace in heard}


@pytest.fixture
def ear(documents: None) -> Iterator[_Ear]:
    """Listens at the root, where every logger's records arrive."""
    # The application sets up the log once more when it is loaded.
    Browser().get("/livez")
    heard = _Ear()
    loggers = [logging.getLogger(name) for name in ("", "openlk", "openlk.access", "django", "django.request")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(heard.handler)
    yield heard
    logging.getLogger().removeHandler(heard.handler)
    for each, level in zip(loggers, before, strict=True):
        each.setLevel(level)


class _Talkative(Channel):
    """A channel whose errors name everybody, as those of mail servers do."""

    def deliver(self, parcel: Parcel) -> Delivery:
        raise ConnectionError(f"550 no mailbox {parcel.recipient} for {NAME}: {parcel.text}")


def _break_everything(cabinet: Cabinet, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError(f"{person.full_name}, {person.phone}, {person.email}, {person.union_card}: {PASSWORD=}")

    known: Mapping[str, type[Channel]] = {"email": _Talkative}
    monkeypatch.setattr(sending, "plugins", lambda *_: known)
    # The connection holds this test's transaction.
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    with scope(cabinet):
        queue("email", person.email, "support_received", {"number": person.union_card, "name": NAME})
    monkeypatch.setattr(views, "news_of", broken)
    assert Browser().get(f"/alpha/news?q={person.email}").status == 500
    task = PeriodicTask("import.members", 1, broken)
    for each in (task, *worker.tasks()):
        worker._attempt(each, worker._Heart(lambda: None), StopSignal())
    logging.getLogger("openlk.files").warning("Строка 4, «ФИО»: %s; телефон +7 917 555-01-42", NAME)
    logging.getLogger("openlk.register").info("changed", extra={"full_name": NAME, "note": f"{EMAIL} 8 917 555-01-42"})


def _walk(cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_person(cabinet, full_name=NAME, union_card="9081726354", phone="+79175550142", email=EMAIL)
    registered(Browser(), person, PASSWORD)
    browser = Browser()
    browser.post("/alpha/login", {"login": person.union_card, "password": PASSWORD})
    form = browser.get("/alpha/login")
    assert browser.submit(form, {"login": person.union_card, "password": "не та клетка"}).status == 200
    browser.submit(form, {"login": person.union_card, "password": PASSWORD})
    browser.get(f"/alpha/pass/{person.union_card}.{'zK3pQ9xw_Lm2Rt8vB-n4Yc6D'}")
    browser.get(f"/alpha/nosuch/{person.email}?phone={person.phone}", {"X-Request-ID": person.phone})
    _break_everything(cabinet, person, monkeypatch)


def test_a_person_walked_through_everything_leaves_no_trace_in_the_log(
    documents: None, cabinet: Cabinet, ear: _Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    _walk(cabinet, monkeypatch)
    heard = ear.stream.getvalue()
    for sign in ("ConnectionError", "RuntimeError", "GET news 500", "POST login 302", "import.members"):
        assert sign in heard, f"the walk must have been heard: {sign}"
    assert ear.leaks() == set()


def test_without_the_filter_the_same_walk_is_all_over_the_log(
    documents: None, cabinet: Cabinet, ear: _Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    for each in logging.getLogger().handlers:
        monkeypatch.setattr(each, "filters", [])
    _walk(cabinet, monkeypatch)
    assert {"Канарейкин", "kanareyka", "9175550142", "9081726354", "555-01-42"} <= ear.leaks()


def test_the_walk_ends_with_a_member_who_can_log_in(documents: None, cabinet: Cabinet) -> None:
    """A control of the walk itself: the person is a real one for the product."""
    person = make_person(cabinet, full_name=NAME, with_login=True)
    assert "Канарейкина" in logged_in(Browser(), person).text
