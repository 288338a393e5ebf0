"""One person, many spellings."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openlk.kit.names import given_names, has_initials, initials, name_key, short_name

USUAL = "Ковалёва Анна Петровна"
KEY = "ковалева" + "анна" + "петровна"


@pytest.mark.parametrize(
    "spelling",
    [
        USUAL,
        "КОВАЛЕВА АННА ПЕТРОВНА",
        "  ковалёва\u00a0анна\tпетровна\n",
        "Ковалёва-Анна—Петровна",
        "Ков\u00adалёва Анна\u200b Петровна\ufeff",
        unicodedata.normalize("NFD", USUAL),
        "Koвaлёвa AHHA Пeтpoвнa",
        "Ко'вал’ёваʼ Анна Петровна",
        "КОВАЛЁВА, Анна Петровна.",
    ],
)
def test_every_spelling_of_a_name_has_one_key(spelling: str) -> None:
    assert name_key(spelling) == KEY


def test_short_i_written_in_two_characters_stays_apart_from_i() -> None:
    assert name_key("Валерий") == name_key("Валерии\u0306") == "валерий"
    assert name_key("Валерий") != name_key("Валерии")


def test_a_latin_name_keeps_its_letters() -> None:
    assert name_key("Anna O'Connor") == "annaoconnor"


def test_different_people_have_different_keys() -> None:
    assert len({name_key(text) for text in (USUAL, "Ковалёва Анна", "Ковалёв Анна Петровна", "Ли Ян")}) == 4


@given(st.text(max_size=40))
@example("ŉ\u0345")
@example("Ivan Ковалёв")
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@given(st.text(alphabet=st.characters(codec="cp1251"), max_size=40))
def test_case_and_unicode_form_never_matter(text: str) -> None:
    key = name_key(text)
    assert name_key(text.upper()) == name_key(text.lower()) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, text)) == key


@given(st.text(alphabet="абвёйАБВ -'’\u00ad\u2011\u200b", max_size=30), st.sampled_from(" -—'\u00ad\u200d\u00a0"))
def test_what_stands_between_letters_never_matters(text: str, between: str) -> None:
    assert name_key(between.join(text)) == name_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ковалёва А. П.",
        "Ковалева А.П.",
        "Иванов И",
        "Ким А",
        "А. П. Ковалёва",
        "Ковалёва Анна П",
        "Ковалёва Ан. Петр.",
        "Иванов И\u200b",
        "Иванов А-П",
        "Иванов\u00a0И",
        "Ковалёва А\uff0eП\uff0e",
    ],
)
def test_initials_are_noticed(text: str) -> None:
    assert has_initials(text)


@pytest.mark.parametrize(
    "text", [USUAL, "Ли Ян", "О Ир Сон", "Со-И Ким", "Ким Со-И", "Салтыков - Щедрин Михаил", "", "О"]
)
def test_a_short_whole_name_is_not_initials(text: str) -> None:
    assert not has_initials(text)


@pytest.mark.parametrize(
    ("text", "short", "given_", "letters"),
    [
        (USUAL, "Ковалёва А. П.", "Анна Петровна", "КА"),
        ("Ли Ян", "Ли Я.", "Ян", "ЛЯ"),
        ("Ковалёва", "Ковалёва", "Ковалёва", "К"),
        ("Ковалёва А.П.", "Ковалёва А. П.", "А П", "КА"),
        ("Орлова Анна-Мария Игоревна", "Орлова А.-М. И.", "Анна-Мария Игоревна", "ОА"),
        ("Мамедов Али Гасан оглы", "Мамедов А. Г.", "Али Гасан оглы", "МА"),
        ("  ", "", "", ""),
    ],
)
def test_a_page_shows_the_short_forms(text: str, short: str, given_: str, letters: str) -> None:
    assert (short_name(text), given_names(text), initials(text)) == (short, given_, letters)


@given(st.lists(st.text(alphabet="абвгдеёАБВ", min_size=2, max_size=5), min_size=1, max_size=5))
def test_short_forms_agree_with_each_other(words: list[str]) -> None:
    name = " ".join(words)
    assert not has_initials(name)
    assert has_initials(short_name(name)) == (len(words) > 1)
    assert initials(short_name(name)) == initials(name)
    assert name.endswith(given_names(name))


@given(st.text(max_size=60))
def test_short_forms_of_any_text_have_no_stray_spaces(text: str) -> None:
    for form in (short_name(text), given_names(text), initials(text)):
        assert form == " ".join(form.split())
