"""The mail server and the gateway are down for an hour, by a clock that the test moves; then the real ones answer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.messages import retries, sending
from openlk.messages.actions import queue
from openlk.messages.resting import LONGEST_REST, Rests
from openlk.messages.sending import expire_late, send_due
from openlk.messages.tests.outbox import World, messages
from tests.support.definitions import changed
from tests.support.stage import Wall

STEP_SECONDS = 20
OUTAGE = timedelta(hours=1)
# One message of each kind every two minutes.
EACH = 30
CODE_LIVES = timedelta(minutes=10)
BACK_WITHIN = LONGEST_REST + timedelta(seconds=STEP_SECONDS)


@pytest.fixture
def coded(cabinet: Cabinet, tmp_path: Path) -> Iterator[Cabinet]:
    """The cabinet with a letter that has an SMS."""
    copy = changed(cabinet, tmp_path, {})
    letter = '+++\nsubject = "Код"\nsms = "Код: {code}"\n+++\n\nКод: {code}\n'
    (copy.folder / "letters" / "coded.md").write_text(letter, encoding="utf-8")
    with added(copy):
        yield copy


def _write(cabinet: Cabinet, wall: Wall, place: int) -> None:
    number, code = {"number": f"{place:03}"}, {"code": f"{place:06}"}
    with scope(cabinet), transaction.atomic():
        queue("email", f"hour{place}@example.org", "support_received", number)
        queue("sms", f"+7913{place:07}", "coded", {}, secrets=code, expires_at=wall.at + CODE_LIVES)


def _live(cabinet: Cabinet, wall: Wall, span: timedelta) -> None:
    """Let the worker's rounds happen while the time goes by."""
    ends = wall.at + span
    while wall.at < ends:
        while send_due(cabinet):
            pass
        expire_late(cabinet)
        wall.forward(seconds=STEP_SECONDS)


def _an_hour_without(cabinet: Cabinet, settings: Settings, wall: Wall) -> None:
    real = settings.EMAIL_URL, settings.SMS_URL
    settings.EMAIL_URL, settings.SMS_URL = "smtp://127.0.0.1:9", "http://token@127.0.0.1:9/sms/send"
    for place in range(EACH):
        _write(cabinet, wall, place)
        _live(cabinet, wall, OUTAGE / EACH)
    settings.EMAIL_URL, settings.SMS_URL = real


def test_after_an_hour_all_letters_go_out_and_no_dead_code(
    db: None, coded: Cabinet, outside: World, settings: Settings, wall: Wall
) -> None:
    _an_hour_without(coded, settings, wall)
    assert {each.state for each in messages(coded) if each.channel == "email"} == {"queued"}
    # One message finds out that its channel is down; the others keep their tries.
    assert sum(each.attempts for each in messages(coded)) <= 2 * (OUTAGE / LONGEST_REST + 10)
    _live(coded, wall, BACK_WITHIN)
    states = {(each.channel, each.recipient): each.state for each in messages(coded)}
    assert {state for (channel, _), state in states.items() if channel == "email"} == {"sent"}
    for place in range(EACH):
        assert len(outside.messages(to=f"hour{place}@example.org")) == 1
    # What is less than nine minutes old when the gateway comes back is still worth reading.
    alive = {f"+7913{number:07}" for number in range(EACH - 4, EACH)}
    dead = {f"+7913{number:07}" for number in range(EACH - 4)}
    assert {states["sms", number] for number in alive} == {"sent"}
    assert {states["sms", number] for number in dead} == {"expired"}
    assert all(len(outside.messages(to=number)) == 1 for number in alive)
    assert not any(outside.messages(to=number) for number in dead)
    assert not any(each.values for each in messages(coded)), "what they said is gone"


def test_with_plain_doubling_letters_would_wait_on(
    db: None,
    coded: Cabinet,
    outside: World,
    settings: Settings,
    wall: Wall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A control: no rest, nobody is woken, waits of up to an hour."""
    monkeypatch.setattr(Rests, "resting", lambda *_: False)
    monkeypatch.setattr(sending, "_wake_others", lambda *_: None)
    monkeypatch.setattr(retries, "longest_delay", lambda *_: timedelta(hours=1))
    _an_hour_without(coded, settings, wall)
    _live(coded, wall, BACK_WITHIN)
    assert "queued" in {each.state for each in messages(coded) if each.channel == "email"}


def test_without_an_end_dead_codes_would_go_out(
    db: None, coded: Cabinet, outside: World, settings: Settings, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: the same codes, written as if they lived for ever."""
    monkeypatch.setattr("openlk.messages.tests.test_hour_down.CODE_LIVES", timedelta(days=1))
    _an_hour_without(coded, settings, wall)
    _live(coded, wall, BACK_WITHIN)
    assert {each.state for each in messages(coded)} == {"sent"}
