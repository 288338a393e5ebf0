"""Messages that anybody can ask for: capped by recipient, neighbours, network, cabinet, installation and day."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.guard import sends
from openlk.guard.challenges import issue_code
from openlk.guard.definition import LimitsDefinition
from openlk.guard.models import Budget, WholeBudget
from openlk.guard.sends import may_send
from tests.support.stage import Wall

PHONE = "+79123456789"
MAIL = "anna@school-17.example"
HERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> None:
    """A demo is more patient."""
    settings.MODE = "production"


def _send(cabinet: Cabinet, channel: str, recipient: str, address: str = HERE) -> int:
    with scope(cabinet), transaction.atomic():
        return may_send(channel, recipient, address)


def _networks(count: int) -> Iterable[str]:
    return (f"198.18.{number // 250}.{number % 250 + 1}" for number in range(count))


def _limits(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    monkeypatch.setattr(sends, "limits_of", lambda _: LimitsDefinition(**limits))


@pytest.mark.parametrize(("channel", "recipient"), [("sms", PHONE), ("email", MAIL), ("sms", "nobody:0f")])
def test_a_recipient_gets_five_in_ten_minutes_and_ten_a_day(
    db: None, cabinet: Cabinet, wall: Wall, channel: str, recipient: str
) -> None:
    began = wall.at
    sent = 0
    while wall.at < began + timedelta(days=1):
        wait_seconds = _send(cabinet, channel, recipient)
        sent += wait_seconds == 0
        assert sent <= (5 if wall.at < began + timedelta(minutes=10) else 10)
        wall.forward(seconds=wait_seconds)
    assert (sent, wall.at) == (10, began + timedelta(days=1))
    assert _send(cabinet, channel, recipient) == 0, "a new day"


def test_in_demo_the_samples_people_get_more_and_not_without_end(
    db: None, cabinet: Cabinet, wall: Wall, settings: Settings
) -> None:
    settings.MODE = "demo"
    assert [_send(cabinet, "sms", PHONE) for _ in range(11)] == [0] * 10 + [600]


def test_new_codes_do_not_bring_new_messages(db: None, cabinet: Cabinet, wall: Wall) -> None:
    answers = []
    for _ in range(6):
        with scope(cabinet), transaction.atomic():
            issue_code("run:7:3", digits=6, life=timedelta(minutes=10))
        answers.append(_send(cabinet, "sms", PHONE))
    assert answers == [0] * 5 + [600]


def test_channels_and_recipients_do_not_count_for_each_other(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for _ in range(5):
        assert _send(cabinet, "sms", PHONE) == 0
    assert _send(cabinet, "sms", PHONE) > 0
    assert _send(cabinet, "sms", "+79123456780") == 0
    assert _send(cabinet, "email", MAIL) == 0


def test_what_had_to_wait_costs_nothing(db: None, cabinet: Cabinet, wall: Wall) -> None:
    for _ in range(50):
        _send(cabinet, "sms", PHONE)
    with scope(cabinet):
        assert set(Budget.objects.values_list("tries", flat=True)) == {5}
    assert WholeBudget.objects.get(subject="send:sms").tries == 5


def test_one_network_is_slowed_down_and_then_stopped(db: None, cabinet: Cabinet, wall: Wall) -> None:
    began, sent, waits = wall.at, 0, []
    while wall.at < began + timedelta(days=1):
        wait_seconds = _send(cabinet, "email", f"{sent}@mail.ru")
        sent += wait_seconds == 0
        waits.append(wait_seconds)
        wall.forward(seconds=wait_seconds)
    assert waits[:20] == [0] * 20
    assert waits[20] == 20
    assert sent == 200
    assert _send(cabinet, "email", "new@mail.ru", "198.51.100.9") == 0, "another network"


def test_who_goes_through_the_numbers_of_one_block_is_stopped(db: None, cabinet: Cabinet, wall: Wall) -> None:
    """SMS pumping buys a block of numbers and asks for a code to each of them, from everywhere."""
    answers = [_send(cabinet, "sms", f"+7912345{number:04d}", network) for number, network in enumerate(_networks(101))]
    assert answers[:100] == [0] * 100
    assert answers[100] > 0
    assert _send(cabinet, "sms", "+79123460000", "192.0.2.1") == 0, "the next block"


def test_a_small_domain_is_not_flooded_and_a_large_one_is_nobodys_neighbour(
    db: None, cabinet: Cabinet, wall: Wall
) -> None:
    for domain, refused in (("school-17.example", 1), ("mail.ru", 0)):
        answers = [
            _send(cabinet, "email", f"{number}@{domain}", network) for number, network in enumerate(_networks(301))
        ]
        assert sum(answer > 0 for answer in answers) == refused


def test_the_cabinets_day_has_an_end(
    db: None, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limits(monkeypatch, sms_per_day=3, letters_per_day=1)
    answers = [_send(cabinet, "sms", f"+7912{number}456789") for number in range(4)]
    assert answers == [0, 0, 0, 24 * 3600]
    assert _send(cabinet, "email", MAIL) == 0
    assert _send(cabinet, "email", "b@mail.ru") > 0
    assert _send(other_cabinet, "sms", PHONE) == 0
    wall.forward(days=1)
    assert _send(cabinet, "sms", PHONE) == 0


def test_the_installations_day_has_an_end(
    db: None, cabinet: Cabinet, other_cabinet: Cabinet, wall: Wall, settings: Settings
) -> None:
    settings.SMS_PER_DAY = 2
    answers = [_send(each, "sms", PHONE) for each in (cabinet, other_cabinet, cabinet)]
    assert answers == [0, 0, 24 * 3600]
    with scope(cabinet):
        assert Budget.objects.get(subject="send:sms").tries == 1, "what the whole refused, the cabinet did not send"


def test_messages_for_show_cost_the_day_nothing(
    db: None, cabinet: Cabinet, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise whoever asks for codes to made-up names could use up everybody's."""
    _limits(monkeypatch, sms_per_day=3)
    for number, network in enumerate(_networks(3)):
        assert _send(cabinet, "sms", f"nobody:{number}", network) == 0
    assert _send(cabinet, "sms", PHONE) == 0


def test_the_recipient_is_not_written_down(db: None, cabinet: Cabinet, wall: Wall) -> None:
    _send(cabinet, "sms", PHONE)
    _send(cabinet, "email", MAIL)
    with scope(cabinet):
        subjects = " ".join(Budget.objects.values_list("subject", flat=True))
    assert not any(part in subjects for part in ("9123456", "anna", "school"))
