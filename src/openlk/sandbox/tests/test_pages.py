"""What a person sees, and what never gets out of a message into a page."""

from html import unescape
from urllib.parse import quote

import pytest

from openlk.sandbox.pages import linked, readable
from openlk.sandbox.tests.running import PRODUCT_URL, RunningSandbox, letter

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


def test_an_empty_sandbox_says_what_to_do(own_sandbox: RunningSandbox) -> None:
    page = own_sandbox.page("/messages")
    assert "Пока пусто. Зарегистрируйтесь в кабинете — письма придут сюда." in page
    assert f'href="{PRODUCT_URL}"' in page


def test_a_person_finds_the_sms_of_a_number_however_written(sandbox: RunningSandbox) -> None:
    sandbox.send_sms("page", "+79160000001", "Логин: 4401-7782\nПароль: wS7k-Ld2p")
    for written in ("8 916 000-00-01", "%2B79160000001", "+79160000001"):
        page = sandbox.page(f"/messages?channel=sms&to={written.replace(' ', '%20')}")
        assert "+7 916 000-00-01" in page
        assert 'Пароль: <b class="value">wS7k-Ld2p</b>' in page
        assert 'id="mailbox"' not in page


def test_one_sms_has_a_page_too(sandbox: RunningSandbox) -> None:
    sandbox.send_sms("alone", "+79160000004", "Код: 4821")
    page = sandbox.page(f"/messages/{sandbox.messages(to='+79160000004')[0]['id']}")
    assert "<h1>SMS</h1>" in page
    assert 'Код: <b class="value">4821</b>' in page


def test_a_long_conversation_is_folded_and_unfolds(sandbox: RunningSandbox) -> None:
    for number in range(5):
        sandbox.send_sms(f"fold-{number}", "+79160000002", f"Fold: {number}")
    folded = sandbox.page("/messages")
    assert "Fold: 4" in folded
    assert "Fold: 1" not in folded
    assert 'href="/messages?channel=sms&amp;to=%2B79160000002"' in folded
    assert "Fold: 0" in sandbox.page("/messages?channel=sms&to=%2B79160000002")


def test_a_filter_that_finds_nothing_says_so(sandbox: RunningSandbox) -> None:
    page = sandbox.page("/messages?to=nobody@mail.ru")
    assert "Таких сообщений нет." in page
    assert 'value="nobody@mail.ru"' in page


def test_the_refresh_link_keeps_the_filter(sandbox: RunningSandbox) -> None:
    page = sandbox.page("/messages?channel=sms&to=nobody@mail.ru")
    assert 'href="/messages?channel=sms&amp;to=nobody@mail.ru"' in page


def test_nothing_of_a_message_becomes_markup(sandbox: RunningSandbox) -> None:
    sandbox.send_sms("evil", "+79160000003", EVIL, cabinet=EVIL)
    message = letter("evil@mail.ru", EVIL, f"{EVIL}\n")
    message.replace_header("X-OpenLK-Cabinet", EVIL)
    sandbox.send_letter(message)
    (found,) = sandbox.messages(to="evil@mail.ru")
    assert found["subject"] == EVIL
    for path in ("/messages", "/messages?to=evil@mail.ru", f"/messages/{found['id']}", f"/messages?to={quote(EVIL)}"):
        page = sandbox.page(path)
        assert "<script" not in page
        assert "<img src=x" not in page
        assert EVIL in unescape(page)


def test_a_letter_shows_who_and_when_and_both_halves(sandbox: RunningSandbox) -> None:
    sandbox.send_letter(letter("read@mail.ru", "Вход", "Откройте:\nhttps://example.org/a?b=1&c=2\n", "<p>Вход</p>"))
    page = sandbox.page(f"/messages/{sandbox.messages(to='read@mail.ru')[0]['id']}")
    assert "<h1>Вход</h1>" in page
    assert "Профкардс &lt;noreply@profcards.example&gt;" in page
    assert "read@mail.ru" in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert 'href="https://example.org/a?b=1&amp;c=2"' in page


def test_the_html_of_a_letter_runs_nothing(sandbox: RunningSandbox) -> None:
    html = "<!doctype html><html><head><title>1</title></head><body><script>alert(1)</script></body></html>"
    sandbox.send_letter(letter("paper@mail.ru", html=html))
    answer = sandbox.get(f"/messages/{sandbox.messages(to='paper@mail.ru')[0]['id']}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert answer.data.decode().startswith('<!doctype html><html><head><base target="_blank"><title>')


def test_a_letter_without_html_has_no_html_page(sandbox: RunningSandbox) -> None:
    sandbox.send_letter(letter("plain@mail.ru"))
    message_id = sandbox.messages(to="plain@mail.ru")[0]["id"]
    assert "<iframe" not in sandbox.page(f"/messages/{message_id}")
    assert sandbox.get(f"/messages/{message_id}/html").status == 404


@pytest.mark.parametrize("path", ["/messages", "/nope", "/messages/nope", "/static/sandbox.css", "/messages.json"])
def test_every_answer_forbids_foreign_code(sandbox: RunningSandbox, path: str) -> None:
    headers = sandbox.get(path).headers
    assert "default-src 'self'; frame-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "words"), [("/nope", "Такой страницы"), ("/messages/nope", "Такого сообщения"), ("/nope/", "Здесь ничего")]
)
def test_a_lost_person_finds_the_way_back(sandbox: RunningSandbox, path: str, words: str) -> None:
    answer = sandbox.get(path)
    assert answer.status == 404
    assert words in answer.data.decode()
    assert 'href="/messages"' in answer.data.decode()


def test_pages_have_no_script_and_no_style_of_their_own(sandbox: RunningSandbox) -> None:
    for path in ("/messages", "/nope"):
        page = sandbox.get(path).data.decode()
        assert "<script" not in page
        assert "style=" not in page
        assert "http-equiv" not in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("без ссылок <b>", "без ссылок &lt;b&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("(http://a.ru/b).", '(<a href="http://a.ru/b" target="_blank" rel="noopener">http://a.ru/b</a>).'),
        ("https://a.ru/?x=1&y=2", "https://a.ru/?x=1&amp;y=2</a>"),
        ('https://a.ru/"onclick=1', "https://a.ru/</a>&#34;onclick=1"),
    ],
)
def test_only_web_addresses_become_links(text: str, expected: str) -> None:
    assert expected in linked(text)


def test_a_code_can_be_taken_with_one_click() -> None:
    assert readable("Профкардс\nКод: 4821\nНикому") == 'Профкардс\nКод: <b class="value">4821</b>\nНикому'
    assert readable("Ваш Код: 4821") == "Ваш Код: 4821"
