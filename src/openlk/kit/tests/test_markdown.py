"""Markdown is safe, and a value put into it stays a value."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openlk.kit.markdown import escape, to_html, to_text


def squeezed(text: str) -> str:
    """`text` with every run of spaces and control characters as one space."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()


@given(st.text(max_size=60) | st.text(alphabet="[]()<>#*_`-+=.!|\\&;:/ 1a\n\t~\"'{}$@^%,?", max_size=30))
@example("[войдите](https://evil.example)")
@example("<b>жирно</b> &amp; &#35;")
@example("# x\n- y\n1. z\n> q\n```\ncode")
@example("https://evil.example <https://evil.example> a@b.ru")
@example("![x](https://evil.example/x.png)")
@example("[a]: https://evil.example\n\n[a]")
@example("x\\")
@example("    код")
def test_a_value_comes_out_as_its_own_words(value: str) -> None:
    page = to_html("Имя: " + escape(value))
    assert set(re.findall(r"<[^>]*>", page)) == {"<p>", "</p>"}
    assert page.count("<p>") == 1
    assert squeezed(html.unescape(re.sub(r"</?p>", "", page))) == squeezed("Имя: " + value)
    assert squeezed(to_text("Имя: " + escape(value))) == squeezed("Имя: " + value)


@pytest.mark.parametrize(
    "value", ["# x", "- x", "1. x", "1) x", "> x", "---", "    x", "```", "<b>", "| a |", "=", "+ x"]
)
def test_a_value_at_the_start_of_a_line_makes_no_block(value: str) -> None:
    assert to_html(escape(value)) == f"<p>{html.escape(value.strip())}</p>\n"
    assert to_html("Имя\n" + escape(value)).count("<") == 2


def test_a_value_keeps_its_no_break_spaces() -> None:
    total = "1\u00a0284,50\u00a0₽"
    assert to_text("Сумма: " + escape(total)) == "Сумма: " + total


def test_an_escaped_address_still_works_inside_a_link() -> None:
    address = "https://lk.example/status/a_b-c?x=1&y=(2)"
    page = to_html(f"[Открыть]({escape(address)})")
    assert page == f'<p><a href="{html.escape(address)}">Открыть</a></p>\n'


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,1)",
        "[x](//evil.example)",
        "[x](/inside)",
        "<javascript:alert(1)>",
        "https://not.a.link",
    ],
)
def test_the_source_cannot_make_tags_or_strange_links(source: str) -> None:
    page = to_html(source)
    assert re.findall(r"<(?!/?p>)", page) == []


def test_explicit_links_of_the_four_schemes_work() -> None:
    for address in ("https://a.ru/", "http://a.ru/", "mailto:a@b.ru", "tel:+78001234567"):
        assert f'href="{address}"' in to_html(f"[x]({address})")
        assert f'href="{address}"' in to_html(f"<{address}>")


def test_a_picture_is_never_loaded() -> None:
    assert "<img" not in to_html("![x](https://a.ru/x.png)")


LETTER = """\
# Кабинет создан

Здравствуйте, **Анна**!

Логин: anna\\_1
Пароль: 123456

[Войти в кабинет](https://lk.example/login?a=1&b=2)

Вопросы: [поддержка](mailto:help@lk.example), <https://lk.example/help> или [письмо][1].

- один
- два
  1. раз
  2. два

[1]: https://lk.example/letter
"""

PLAIN = """\
Кабинет создан

Здравствуйте, Анна!

Логин: anna_1
Пароль: 123456

Войти в кабинет:
https://lk.example/login?a=1&b=2

Вопросы: поддержка (help@lk.example), https://lk.example/help или письмо (https://lk.example/letter).

- один
- два
  1. раз
  2. два"""


def test_a_letter_in_plain_text_has_its_lines_and_its_link_alone() -> None:
    assert to_text(LETTER) == PLAIN


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<https://lk.example/a>", "https://lk.example/a"),
        ("<help@lk.example>", "help@lk.example"),
        ("[](https://lk.example/a)", "https://lk.example/a"),
        ("[lk.example](https://lk.example/a)", "lk.example:\nhttps://lk.example/a"),
        ("См. [lk.example](https://lk.example/a).", "См. lk.example (https://lk.example/a)."),
        ("[один](https://a.ru) и [два](https://b.ru)", "один (https://a.ru) и два (https://b.ru)"),
        ("Откройте:\n[**кабинет**:](https://a.ru)", "Откройте:\nкабинет:\nhttps://a.ru"),
    ],
)
def test_an_address_is_never_lost_in_plain_text(source: str, text: str) -> None:
    assert to_text(source) == text


def test_code_and_quotes_keep_their_lines_in_plain_text() -> None:
    assert to_text("> цитата\n\n```\na\n\nb\n```\n\n    код\n") == "цитата\n\na\n\nb\n\nкод"
    assert to_text("`a_b`") == "a_b"


@given(st.text(max_size=80))
def test_any_source_gives_html_and_text(source: str) -> None:
    assert "<script" not in to_html(source)
    assert "\n\n\n" not in to_text(source)
