"""A value in a letter is words, whatever somebody typed; only our own address becomes a link."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlk.cabinets.loading import Cabinet
from openlk.kit.frontmatter import BadDocumentError
from openlk.messages.letters import (
    Letter,
    MissingValue,
    NoSuchLetter,
    letter_names,
    letter_of,
    rendered,
)
from tests.support.definitions import changed

LETTER = Letter(
    subject="{name}, кабинет создан",
    sms="{name}: код {code}",
    body="Здравствуйте, {name}!\n\n- {name}\n\n> {name}\n\nОткройте:\n\n<{link}>\n\nЛогин: {login}\n",
)
LINK = "https://cabinet.example/alpha/login"
ALLOWED_TAGS = {"p", "ul", "li", "blockquote", "a"}
NASTY = [
    "[войдите](https://evil.example)",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "<b>Анна</b>",
    "<script>alert(1)</script>",
    "![](https://evil.example/x.png)",
    "# Анна",
    "**Анна** _Петровна_ `код`",
    "Анна\n\n# Заголовок\n\n[x]: https://evil.example",
    "Анна\r\nBcc: all@example.org",
    "{link} {login} {password}",
    "<{link}>",
    "&lt;b&gt; &amp; &#60;",
    "a\\[b\\](https://evil.example)",
    "1. раз 2. два",
    "---",
    "\u2028\u2029\x85",
]


def _filled(name: str) -> dict[str, str]:
    return {"name": name, "link": LINK, "login": "0012345678", "code": "4821"}


def _plain(html: str) -> str:
    """The words of a page, as a browser shows them."""
    text = re.sub(r"<[^>]*>", "", html)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


def _holds_the_value_as_words(name: str) -> None:
    letter = rendered(LETTER, _filled(name), "email")
    tags = set(re.findall(r"</?([a-z0-9]+)", letter.html))
    assert tags <= ALLOWED_TAGS
    assert re.findall(r'href="([^"]*)"', letter.html) == [LINK]
    assert "src=" not in re.sub(r"&[a-z]+;|>[^<]*<", "><", letter.html)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject
    words = " ".join(re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", name).split(" ")).strip(" ")
    assert _plain(letter.html).count(words) >= 3
    assert letter.text.count(words) >= 3


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_stays_a_name(name: str) -> None:
    _holds_the_value_as_words(name)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from(NASTY), st.text(alphabet="[]()<>!#*_`~\\|{}\n\r\t \"'&;:/.-+=1aя", max_size=12)),
        min_size=1,
        max_size=4,
    ).map("".join)
)
def test_no_mixture_of_nasty_names_becomes_markup(name: str) -> None:
    _holds_the_value_as_words(name)


def test_without_escaping_a_name_becomes_a_link() -> None:
    """A control: the same letter with the value put in as it is."""
    letter = Letter(LETTER.subject, LETTER.sms, LETTER.body.replace("{name}", NASTY[0]))
    hrefs = re.findall(r'href="([^"]*)"', rendered(letter, _filled(""), "email").html)
    assert "https://evil.example" in hrefs


@pytest.mark.parametrize("name", NASTY)
def test_an_sms_is_one_line_of_words(name: str) -> None:
    sms = rendered(LETTER, _filled(name), "sms")
    assert (sms.subject, sms.html) == ("", "")
    assert sms.text == f"{' '.join(name.split())}: код 4821"
    assert "\n" not in sms.text


def test_a_value_is_not_searched_for_names_again() -> None:
    letter = rendered(LETTER, _filled("{login} {code} <{link}>"), "email")
    assert letter.subject == "{login} {code} <{link}>, кабинет создан"
    assert "{login} {code} <{link}>" in _plain(letter.html)


def test_the_address_stands_alone_on_its_line() -> None:
    lines = rendered(LETTER, _filled("Анна"), "email").text.splitlines()
    assert LINK in lines
    assert "Логин: 0012345678" in lines


def test_the_first_address_of_a_letter_is_the_action() -> None:
    text = rendered(LETTER, _filled("Анна"), "email").text
    found = re.search(r"https?://\S+", text)
    assert found
    assert found[0] == LINK


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_value_that_nobody_gave_is_named(channel: str) -> None:
    with pytest.raises(MissingValue, match="name"):
        rendered(LETTER, {"link": LINK}, channel)


def test_an_address_that_nobody_gave_is_named() -> None:
    with pytest.raises(MissingValue, match="link"):
        rendered(LETTER, {"name": "Анна", "login": "1"}, "email")


def test_a_letter_knows_its_names() -> None:
    assert LETTER.placeholders() == {"name", "code", "link", "login"}


def test_each_cabinet_words_its_own_letter(cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    subjects = [letter_of(each, "cabinet_created").subject for each in (cabinet, other_cabinet, cabinet)]
    assert subjects == ["Кабинет АЛЬФА создан", "Кабинет БЕТА создан", "Кабинет АЛЬФА создан"]


def test_a_letter_that_nobody_wrote_is_named(cabinet: Cabinet) -> None:
    with pytest.raises(NoSuchLetter, match="nosuch"):
        letter_of(cabinet, "nosuch")
    assert "nosuch" not in letter_names(cabinet)
    assert {"cabinet_created", "support_request", "support_received"} <= set(letter_names(cabinet))


@pytest.mark.parametrize(
    "text", ["Здравствуйте!", "+++\nsubject = 1\n+++\nx", "+++\nto = 'x'\nsubject = 'y'\n+++\nx", "+++\nsubject\n+++\n"]
)
def test_a_letter_with_a_wrong_head_is_named(cabinet: Cabinet, tmp_path: Path, text: str) -> None:
    copy = changed(cabinet, tmp_path, {})
    (copy.folder / "letters" / "broken.md").write_text(text, encoding="utf-8")
    with pytest.raises(BadDocumentError, match=r"broken\.md"):
        letter_of(copy, "broken")
