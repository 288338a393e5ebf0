"""Each channel misbehaves as it is told, and only then."""

import smtplib

import pytest
import urllib3

from openlk.sandbox.faults import MODES
from openlk.sandbox.tests.running import RunningSandbox, letter


def test_all_channels_are_well_at_first(own_sandbox: RunningSandbox) -> None:
    assert own_sandbox.get("/faults").json() == dict.fromkeys(MODES, "ok")


def test_a_change_leaves_other_channels_alone(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", {"smtp": "later"})
    answer = sandbox.post("/faults", {"sms": "refuse"})
    assert (answer.status, answer.json()) == (200, {"sms": "refuse", "smtp": "later"})
    assert sandbox.get("/faults").json() == {"sms": "refuse", "smtp": "later"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"sms": "refuse", "smtp": "sleep"}, "refuse, later, drop"),
        ({"sms": "refuse", "pigeon": "ok"}, "sms, smtp"),
        ({"sms": 1}, "JSON object"),
        (["sms"], "JSON object"),
        (b"{", "JSON object"),
    ],
)
def test_a_wrong_change_is_named_and_changes_nothing(sandbox: RunningSandbox, body: object, named: str) -> None:
    answer = sandbox.post("/faults", body)
    assert answer.status == 400
    assert named in answer.json()["error"]
    assert sandbox.get("/faults").json() == dict.fromkeys(MODES, "ok")


@pytest.mark.parametrize(("mode", "status"), [("refuse", 422), ("error", 500)])
def test_a_refusing_or_broken_gateway_stores_nothing(sandbox: RunningSandbox, mode: str, status: int) -> None:
    number = f"+79130000{status}"
    sandbox.post("/faults", {"sms": mode})
    answer = sandbox.post("/sms/send", {"id": mode, "to": number, "text": "Код: 1"})
    assert answer.status == status
    assert answer.json()["error"]
    assert sandbox.messages(to=number) == []
    sandbox.post("/faults", {"sms": "ok"})
    assert sandbox.send_sms(mode, number) == 200


def test_a_gateway_in_repair_answers_with_a_web_page(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", {"sms": "html"})
    answer = sandbox.post("/sms/send", {"id": "html", "to": "+79130000002", "text": "Код: 1"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert sandbox.messages(to="+79130000002") == []


def test_a_silent_gateway_has_the_sms_all_the_same(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", {"sms": "timeout_after_accept"})
    body = b'{"id": "silent", "to": "+79130000003", "text": "1"}'
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        sandbox.http.request(
            "POST",
            f"{sandbox.url}/sms/send",
            body=body,
            headers={"Authorization": "Bearer token-of-the-tests"},
            timeout=1,
        )
    assert len(sandbox.messages(to="+79130000003")) == 1
    sandbox.post("/faults", {"sms": "ok"})
    assert sandbox.post("/sms/send", body).status == 200
    assert len(sandbox.messages(to="+79130000003")) == 1


@pytest.mark.parametrize(("mode", "code"), [("refuse", 550), ("later", 451)])
def test_a_refusing_mail_server_stores_nothing(sandbox: RunningSandbox, mode: str, code: int) -> None:
    sandbox.post("/faults", {"smtp": mode})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        sandbox.send_letter(letter("refused@mail.ru"))
    assert caught.value.recipients["refused@mail.ru"][0] == code
    assert sandbox.messages(to="refused@mail.ru") == []


def test_a_dropped_connection_leaves_the_letter_stored(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", {"smtp": "drop"})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        sandbox.send_letter(letter("dropped@mail.ru"))
    assert len(sandbox.messages(to="dropped@mail.ru")) == 1
    sandbox.post("/faults", {"smtp": "ok"})
    sandbox.send_letter(letter("dropped@mail.ru"))
    assert len(sandbox.messages(to="dropped@mail.ru")) == 2
