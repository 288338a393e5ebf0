"""What scripts rely on: `/messages.json`."""

from datetime import UTC, datetime, timedelta

import pytest

from openlk.kit import clock
from openlk.sandbox.tests.running import RunningSandbox, letter

KEYS = ["id", "channel", "to", "subject", "text", "html", "cabinet", "sent_at"]


def test_a_message_has_exactly_these_keys(sandbox: RunningSandbox) -> None:
    sandbox.send_letter(letter("keys@mail.ru", html="<p>1</p>"))
    (found,) = sandbox.messages(to="keys@mail.ru")
    assert list(found) == KEYS
    assert all(isinstance(value, str) for value in found.values())
    sent_at = datetime.fromisoformat(found["sent_at"])
    assert sent_at.utcoffset() == timedelta()
    assert abs(clock.wall() - sent_at.astimezone(UTC)) < timedelta(minutes=1)


def test_the_newest_comes_first(sandbox: RunningSandbox) -> None:
    for number in range(3):
        sandbox.send_sms(f"order-{number}", "+79140000001", f"Код: {number}")
    assert [found["text"] for found in sandbox.messages(to="+79140000001")] == ["Код: 2", "Код: 1", "Код: 0"]


@pytest.mark.parametrize("written", ["%2B79140000002", "+79140000002", "%2079140000002"])
def test_a_plus_may_arrive_as_a_space(sandbox: RunningSandbox, written: str) -> None:
    sandbox.send_sms("plus", "+79140000002")
    assert len(sandbox.get(f"/messages.json?to={written}").json()) == 1


def test_a_plus_inside_an_address_may_arrive_as_a_space(sandbox: RunningSandbox) -> None:
    sandbox.send_letter(letter("anna+demo@mail.ru"))
    assert len(sandbox.get("/messages.json?to=anna+demo@mail.ru").json()) == 1


def test_the_recipient_is_exact(sandbox: RunningSandbox) -> None:
    sandbox.send_letter(letter("exact@mail.ru"))
    assert len(sandbox.messages(to="exact@mail.ru")) == 1
    assert sandbox.messages(to="exact@mail") == []
    assert sandbox.messages(to="%@mail.ru") == []


def test_filters_narrow_together(own_sandbox: RunningSandbox) -> None:
    own_sandbox.send_letter(letter("a@mail.ru"))
    own_sandbox.send_sms("one", "+79140000003", cabinet="uk")
    own_sandbox.send_sms("two", "+79140000003", cabinet="customs")
    assert len(own_sandbox.messages()) == 3
    assert len(own_sandbox.messages(to="", channel="", cabinet="")) == 3
    assert len(own_sandbox.messages(channel="sms")) == 2
    assert [found["to"] for found in own_sandbox.messages(channel="email")] == ["a@mail.ru"]
    assert [found["cabinet"] for found in own_sandbox.messages(channel="sms", cabinet="customs")] == ["customs"]
    assert own_sandbox.messages(to="a@mail.ru", cabinet="uk") == []


def test_an_unknown_channel_is_named(sandbox: RunningSandbox) -> None:
    answer = sandbox.get("/messages.json?channel=mail")
    assert (answer.status, answer.json()) == (400, {"error": "channel: expected one of: sms, email"})


def test_messages_cannot_be_deleted(sandbox: RunningSandbox) -> None:
    answer = sandbox.http.request("DELETE", f"{sandbox.url}/messages.json")
    assert answer.status == 405
