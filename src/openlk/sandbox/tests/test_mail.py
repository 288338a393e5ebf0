"""Letters of every kind come in whole."""

import smtplib
from email.policy import SMTP as SMTP_POLICY

import pytest

from openlk.sandbox.letters import parse_letter
from openlk.sandbox.mail import LARGEST_LETTER_BYTES
from openlk.sandbox.tests.running import RunningSandbox, letter


def raw_letter(headers: list[str], body: bytes) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode("ascii") + body


def test_a_letter_shows_its_text_and_its_html(sandbox: RunningSandbox) -> None:
    text = "Здравствуйте!\n\nhttps://example.org/подтвердить?" + "a" * 120 + "\n"
    sandbox.send_letter(letter("both@mail.ru", "Подтвердите адрес электронной почты — " * 3, text, "<p>Привет</p>"))
    (found,) = sandbox.messages(to="both@mail.ru")
    assert found["subject"] == ("Подтвердите адрес электронной почты — " * 3).strip()
    assert found["text"] == text
    assert found["html"] == "<p>Привет</p>\n"
    assert (found["channel"], found["cabinet"]) == ("email", "profcards")


def test_a_letter_in_cp1251_is_readable(sandbox: RunningSandbox) -> None:
    headers = ["Subject: Hello", "Content-Type: text/plain; charset=windows-1251", "Content-Transfer-Encoding: 8bit"]
    sandbox.send_bytes(["cp1251@mail.ru"], raw_letter(headers, "Счёт за ноябрь № 5\r\n".encode("cp1251")))
    (found,) = sandbox.messages(to="cp1251@mail.ru")
    assert found["text"] == "Счёт за ноябрь № 5\n"
    assert found["cabinet"] == ""


def test_a_subject_in_koi8_is_readable(sandbox: RunningSandbox) -> None:
    headers = ["Subject: =?koi8-r?B?8NLJ18XU?= =?koi8-r?Q?_=CD=C9=D2?=", "Content-Type: text/plain"]
    sandbox.send_bytes(["koi8@mail.ru"], raw_letter(headers, b"text\r\n"))
    assert sandbox.messages(to="koi8@mail.ru")[0]["subject"] == "Привет мир"


def test_a_letter_of_html_alone_has_no_text(sandbox: RunningSandbox) -> None:
    message = letter("html@mail.ru")
    message.set_content("<h1>Привет</h1>", subtype="html")
    sandbox.send_letter(message)
    (found,) = sandbox.messages(to="html@mail.ru")
    assert (found["text"], found["html"]) == ("", "<h1>Привет</h1>\n")


def test_a_letter_without_subject_and_sender_is_taken(sandbox: RunningSandbox) -> None:
    sandbox.send_bytes(["bare@mail.ru"], b"\r\nonly a body\r\n")
    (found,) = sandbox.messages(to="bare@mail.ru")
    assert (found["subject"], found["text"]) == ("", "only a body\n")
    page = sandbox.page(f"/messages/{found['id']}")
    assert "<h1>Без темы</h1>" in page
    assert "От кого" not in page


def test_each_of_two_recipients_gets_a_letter_once(sandbox: RunningSandbox) -> None:
    raw = letter("first@mail.ru").as_bytes(policy=SMTP_POLICY)
    sandbox.send_bytes(["First@Mail.RU", "second@mail.ru", "first@mail.ru"], raw)
    first, second = sandbox.messages(to="first@mail.ru"), sandbox.messages(to="second@mail.ru")
    assert [message["to"] for message in first + second] == ["first@mail.ru", "second@mail.ru"]
    assert first[0]["id"] != second[0]["id"]


@pytest.mark.parametrize("written", ["иванова@почта.рф", "Иванова@xn--80a1acny.xn--p1ai"])
def test_a_cyrillic_address_is_one_address_in_both_spellings(sandbox: RunningSandbox, written: str) -> None:
    subject = f"To {written}"
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as server:
        server.ehlo()
        server.sendmail("a@b.ru", [written], f"Subject: {subject}\r\n\r\n".encode(), ["SMTPUTF8", "BODY=8BITMIME"])
    newest = sandbox.messages(to="иванова@почта.рф")[0]
    assert (newest["to"], newest["subject"]) == ("иванова@почта.рф", subject)


def test_an_unknown_charset_does_not_lose_the_letter(sandbox: RunningSandbox) -> None:
    headers = ["Subject: =?x-klingon?B?8NLJ?=", "Content-Type: text/plain; charset=x-klingon"]
    sandbox.send_bytes(["klingon@mail.ru"], raw_letter(headers, "Привет \0".encode() + b"\xff\r\n"))
    assert sandbox.messages(to="klingon@mail.ru")[0]["text"] == "Привет \N{REPLACEMENT CHARACTER}\n"


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ('"', "text/plain; charset=undefined"),
        ("=?utf-8?b?x?=<", 'text/plain; charset="a\0b"'),
        ("<\\=?utf-8?b?x?=@[", "text/plain; charset=hex"),
        ("=?idna?q?a..b?=", "text/plain; charset*=hex''%ff; charset*0*=utf-8''%ff"),
    ],
)
def test_a_malformed_letter_is_taken_all_the_same(header: str, content_type: str) -> None:
    headers = [f"{name}: {header}" for name in ("From", "Subject", "X-OpenLK-Cabinet", "Content-Disposition")]
    found = parse_letter(raw_letter([*headers, f"Content-Type: {content_type}"], b"text\r\n"))
    assert (found.text, found.html) == ("text\n", "")


def test_a_letter_nested_without_end_is_refused_and_the_server_lives(sandbox: RunningSandbox) -> None:
    part = "Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"
    with pytest.raises(smtplib.SMTPDataError, match="500"):
        sandbox.send_bytes(["deep@mail.ru"], "".join(part.format(depth) for depth in range(2000)).encode())
    sandbox.send_letter(letter("deep@mail.ru"))
    assert len(sandbox.messages(to="deep@mail.ru")) == 1


def test_an_attachment_is_not_taken_for_the_text(sandbox: RunningSandbox) -> None:
    message = letter("attachment@mail.ru", text="Справка во вложении.\n")
    message.add_attachment("секрет", filename="справка.txt")
    message.add_attachment("<b>секрет</b>", subtype="html", filename="справка.html")
    sandbox.send_letter(message)
    (found,) = sandbox.messages(to="attachment@mail.ru")
    assert (found["text"], found["html"]) == ("Справка во вложении.\n", "")


def test_a_letter_above_the_limit_is_refused(sandbox: RunningSandbox) -> None:
    body = (b"x" * 98 + b"\r\n") * (LARGEST_LETTER_BYTES // 100 + 1)
    with pytest.raises(smtplib.SMTPResponseException, match="552"):
        sandbox.send_bytes(["large@mail.ru"], b"Subject: large\r\n\r\n" + body)
    assert sandbox.messages(to="large@mail.ru") == []
