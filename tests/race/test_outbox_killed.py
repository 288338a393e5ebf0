"""Workers that are killed: no message is lost; one may go out twice only if its worker died while sending it."""

import asyncio
import email
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.messages import sending
from openlk.messages.actions import queue
from openlk.messages.models import Message
from openlk.messages.resting import Rests
from openlk.messages.sending import LEASE, send_due
from openlk.sandbox.tests.running import RunningSandbox
from tests.race.killing import DIED, ended, start
from tests.support.databases import OwnDatabase
from tests.support.definitions import changed
from tests.support.scale import scaled
from tests.support.stage import Wall
from tests.support.world import free_port

SMS = 90
LETTERS = 60
# The sandbox lists a thousand.
MOST_LISTED = 900
# Two workers at a time, each of which dies at a moment of its own.
ROUNDS = 2
LONGEST_LIFE_SECONDS = 1.5
SEED = 20261121
AT_RANDOM = """
from openlk.jobs.worker import run_worker

def later():
    threading.Timer(float(sys.argv[2]), die).start()

with added(cabinet):
    run_worker(StopSignal(), later)
"""
# Dies at a place that the parent names, at the fifth message.
AT_A_PLACE = """
from openlk.messages import sending

place, when, first_note = sys.argv[2], sys.argv[3], sys.argv[4] == "note first"
known = getattr(sending, place)
calls = []

def dying(*arguments):
    calls.append(place)
    if len(calls) == 5 and when == "before":
        die()
    result = known(*arguments)
    if len(calls) == 5 and when == "after":
        die()
    return result

setattr(sending, place, dying)
if first_note:
    def noted_first(cabinet, message, known):
        began = time.monotonic()
        sending._settle(cabinet, message, sending.Delivery("yes"), began)
        sending._deliver(cabinet, message, known)
    sending._handle = noted_first
with added(cabinet):
    while sending.send_due(cabinet):
        pass
"""


class Mailbox:
    """A mail server that notes the Message-ID of every letter, repeats and all."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take it."""
        self.taken.append((envelope.rcpt_tos[0], str(email.message_from_bytes(envelope.content)["Message-ID"])))
        await asyncio.sleep(0)
        return "250 OK"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """The mail server of these tests."""
    made = Mailbox()
    controller = Controller(made, hostname="127.0.0.1", port=free_port(), server_hostname="localhost")
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{controller.port}"
    yield made
    controller.stop()


def _number(place: int) -> str:
    return f"+7912{place:07}"


def _write(cabinet: Cabinet, sms: int, letters: int, text: str) -> None:
    with scope(cabinet), transaction.atomic():
        for place in range(sms):
            queue("sms", _number(place), "coded", {"number": f"{text}-{place}"})
        for place in range(letters):
            queue("email", f"m{place}@example.org", "support_received", {"number": str(place)})


@pytest.fixture
def coded(cabinet: Cabinet, tmp_path: Any) -> Iterator[Cabinet]:
    """The cabinet with a letter that has an SMS."""
    from_folder = changed(cabinet, tmp_path, {})
    letter = '+++\nsubject = "№ {number}"\nsms = "№ {number}"\n+++\n\n№ {number}\n'
    (from_folder.folder / "letters" / "coded.md").write_text(letter, encoding="utf-8")
    with added(from_folder):
        yield from_folder


def _drained(cabinet: Cabinet, wall: Wall) -> None:
    """What the dead had in hand is taken over once their leases have run out."""
    wall.forward(seconds=LEASE.total_seconds() + 120)
    while send_due(cabinet):
        pass


def _arrived(outside: RunningSandbox, text: str) -> "Counter[str]":
    texts = [each["text"] for each in outside.messages(channel="sms", cabinet="alpha")]
    return Counter(each for each in texts if each.startswith(f"№ {text}-"))


def _urls(settings: Settings) -> dict[str, str]:
    return {"OPENLK_EMAIL_URL": settings.EMAIL_URL, "OPENLK_SMS_URL": settings.SMS_URL}


def test_no_message_is_lost_when_workers_are_killed(
    own_database: OwnDatabase,
    coded: Cabinet,
    outside: RunningSandbox,
    mailbox: Mailbox,
    settings: Settings,
    wall: Wall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "_rests", Rests())
    sms, letters = min(scaled(SMS), MOST_LISTED), scaled(LETTERS)
    _write(coded, sms, letters, "r")
    connection.close()
    moments, kills = Random(SEED), 0  # noqa: S311 -- a seed that replays the run, no secret
    for _ in range(scaled(ROUNDS)):
        lives = [round(moments.uniform(0, LONGEST_LIFE_SECONDS), 3) for _ in range(2)]
        workers = [start(AT_RANDOM, own_database, coded, life, settings=_urls(settings)) for life in lives]
        assert [ended(worker) for worker in workers] == [DIED, DIED]
        kills += 2
    by_the_dead = len(mailbox.taken) + sum(_arrived(outside, "r").values())
    assert by_the_dead > 0, "they died too early to prove anything"
    _drained(coded, wall)
    # The gateway drops repeats by the message's id.
    assert _arrived(outside, "r") == {f"№ r-{place}": 1 for place in range(sms)}
    taken = Counter(recipient for recipient, _ in mailbox.taken)
    assert set(taken) == {f"m{place}@example.org" for place in range(letters)}
    twice = {recipient for recipient, times in taken.items() if times > 1}
    assert sum(taken.values()) - letters <= kills, "a worker that dies has one letter in hand"
    for recipient in twice:
        assert len({each for to, each in mailbox.taken if to == recipient}) == 1, "the same Message-ID"
    with scope(coded):
        assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize(
    ("place", "when", "arrived_first"),
    [("_claim", "before", 4), ("_claim", "after", 4), ("_deliver", "after", 5), ("_note_try", "after", 5)],
    ids=["before taking it", "having taken it", "having sent it", "while noting it"],
)
def test_a_worker_may_die_anywhere(
    own_database: OwnDatabase,
    coded: Cabinet,
    outside: RunningSandbox,
    settings: Settings,
    wall: Wall,
    place: str,
    when: str,
    arrived_first: int,
) -> None:
    mark = f"p{place}{when}"
    _write(coded, 8, 0, mark)
    connection.close()
    assert ended(start(AT_A_PLACE, own_database, coded, place, when, "", settings=_urls(settings))) == DIED
    assert sum(_arrived(outside, mark).values()) == arrived_first
    _drained(coded, wall)
    assert _arrived(outside, mark) == {f"№ {mark}-{number}": 1 for number in range(8)}


def test_what_is_noted_before_it_is_sent_gets_lost(
    own_database: OwnDatabase, coded: Cabinet, outside: RunningSandbox, settings: Settings, wall: Wall
) -> None:
    """A control: the worker dies between the note and the sending."""
    _write(coded, 8, 0, "early")
    connection.close()
    program = start(AT_A_PLACE, own_database, coded, "_deliver", "before", "note first", settings=_urls(settings))
    assert ended(program) == DIED
    _drained(coded, wall)
    assert len(_arrived(outside, "early")) == 7


def test_without_one_id_a_repeat_would_be_a_second_message(
    own_database: OwnDatabase, coded: Cabinet, outside: RunningSandbox, settings: Settings, wall: Wall
) -> None:
    """A control: the same death after sending, but the message gets a new id meanwhile."""
    _write(coded, 8, 0, "anew")
    connection.close()
    assert ended(start(AT_A_PLACE, own_database, coded, "_deliver", "after", "", settings=_urls(settings))) == DIED
    with scope(coded):
        for message in Message.objects.filter(state="queued"):
            Message.objects.filter(pk=message.pk).update(message_id=f"new-{message.pk}-{own_database.url[-9:]}")
    _drained(coded, wall)
    assert sum(_arrived(outside, "anew").values()) == 9
