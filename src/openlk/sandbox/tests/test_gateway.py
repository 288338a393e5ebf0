"""The SMS gateway takes good messages once and says what is wrong with bad ones."""

import pytest

from openlk.sandbox.bodies import LARGEST_BODY_BYTES
from openlk.sandbox.tests.running import RunningSandbox

NUMBER = "+79120000001"
GOOD = {"id": "good", "to": NUMBER, "text": "Код: 4821", "cabinet": "uk"}


def test_a_good_sms_is_accepted_and_arrives(sandbox: RunningSandbox) -> None:
    answer = sandbox.post("/sms/send", GOOD)
    assert (answer.status, answer.json()) == (200, {"id": "good", "status": "accepted"})
    (found,) = sandbox.messages(to=NUMBER, channel="sms")
    assert (found["text"], found["cabinet"], found["subject"], found["html"]) == ("Код: 4821", "uk", "", "")


def test_the_same_id_twice_is_one_sms(sandbox: RunningSandbox) -> None:
    assert [sandbox.send_sms("twice", "+79120000002") for _ in range(2)] == [200, 200]
    assert sandbox.send_sms("another", "+79120000002") == 200
    assert len(sandbox.messages(to="+79120000002")) == 2


@pytest.mark.parametrize("token", ["", "wrong", "\xe9"])
def test_a_wrong_token_is_turned_away(sandbox: RunningSandbox, token: str) -> None:
    answer = sandbox.http.request(
        "POST", f"{sandbox.url}/sms/send", body=b"{}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 401
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"to": "89120000003"}, "to: not in E.164, write +79120000003"),
        ({"to": "+7912000000"}, "to: not a Russian"),
        ({"to": "+12125550100"}, "to: not a Russian"),
        ({"to": 79120000003}, "to: "),
        ({"text": ""}, "text: "),
        ({"text": "я" * 671}, "text: takes 11 segments"),
        ({"id": ""}, "id: "),
        ({"unknown": "key"}, "unknown: "),
    ],
)
def test_a_bad_sms_is_named_and_not_stored(sandbox: RunningSandbox, change: dict[str, object], named: str) -> None:
    before = sandbox.messages(channel="sms")
    answer = sandbox.post("/sms/send", {**GOOD, "id": "bad", **change})
    assert answer.status == 400
    assert named in answer.json()["error"]
    assert sandbox.messages(channel="sms") == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"id": "1"}', b'{"text": "\\ud800"}'])
def test_a_body_that_is_not_the_json_is_named(sandbox: RunningSandbox, body: bytes) -> None:
    answer = sandbox.post("/sms/send", body)
    assert answer.status == 400
    assert answer.json()["error"]


def test_a_huge_body_is_cut_short(sandbox: RunningSandbox) -> None:
    answer = sandbox.post("/sms/send", b" " * (LARGEST_BODY_BYTES + 1))
    assert answer.status == 413
    assert answer.json()["error"]


def test_ten_segments_still_go(sandbox: RunningSandbox) -> None:
    assert sandbox.send_sms("ten", "+79120000004", "я" * 670) == 200
    assert sandbox.messages(to="+79120000004")[0]["text"] == "я" * 670


def test_only_post_sends(sandbox: RunningSandbox) -> None:
    assert sandbox.get("/sms/send").status == 405
