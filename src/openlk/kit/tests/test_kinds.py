"""Kinds of fields read, compare, show and mask answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlk.kit.kinds import KINDS, Identifier, Invalid

LABEL = "Номер профсоюзного билета"


def refusal(kind: str, text: str) -> str:
    """The sentence a person gets."""
    with pytest.raises(Invalid) as raised:
        KINDS[kind].parse(text, LABEL)
    return str(raised.value)


def test_the_kinds_are_known_by_their_keys() -> None:
    assert list(KINDS) == ["name", "identifier", "phone", "email", "text", "region"]
    assert [(kind.input_type, kind.inputmode, kind.autocomplete) for kind in KINDS.values()] == [
        ("text", "text", "name"),
        ("text", "numeric", "off"),
        ("tel", "tel", "tel"),
        ("email", "email", "email"),
        ("text", "text", "off"),
        ("select", "text", "address-level1"),
    ]


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_is_never_an_answer(kind: str) -> None:
    for text in ("", " ", "\t\n"):
        assert LABEL in refusal(kind, text)


@pytest.mark.parametrize("kind", list(KINDS))
@given(text=st.text(max_size=300))
def test_what_was_parsed_parses_to_itself_and_is_masked(kind: str, text: str) -> None:
    try:
        value = KINDS[kind].parse(text, LABEL)
    except Invalid as sentence:
        assert str(sentence).endswith(".")  # noqa: PT017 - either outcome is right
        return
    assert KINDS[kind].parse(value, LABEL) == value
    assert KINDS[kind].match_key(KINDS[kind].match_key(value)) == KINDS[kind].match_key(value)
    assert kind == "region" or KINDS[kind].mask(value) != value or "···" in value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ковалёва   Анна\u00a0Петровна ", "Ковалёва Анна Петровна"),
        ("ковалёва анна", "ковалёва анна"),
        ("Мамедов Али Гасан Оглы Младший", "Мамедов Али Гасан Оглы Младший"),
        ("О Ир Сон", "О Ир Сон"),
        ("Ли Ян", "Ли Ян"),
        ("О’Коннор Д´Артаньян Иванович", "О’Коннор Д'Артаньян Иванович"),
        ("Салтыков-Щедрин Михаил Евграфович", "Салтыков-Щедрин Михаил Евграфович"),
        ("Ким Валерии\u0306", "Ким Валерий"),
    ],
)
def test_a_name_keeps_the_persons_own_spelling(text: str, name: str) -> None:
    assert KINDS["name"].parse(text, "Фамилия, имя, отчество") == name


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Ковалёва А. П.", "Напишите имя и отчество полностью, без сокращений"),
        ("Ковалёва А П", "Напишите имя и отчество полностью, без сокращений"),
        ("Ковалёва", "Напишите и фамилию, и имя"),
        ("Салтыков-Щедрин", "Напишите и фамилию, и имя"),
        ("Ковалёва -", "Напишите и фамилию, и имя"),
        ("Ковалёва Анна 2", "Уберите цифры"),
        ("Ковалёва @нна", "Уберите знак «@»"),
        ("<b>Ковалёва</b> Анна", "Уберите знак «<»"),
        (f"Ковалёва {'а' * 150}", "больше 150 знаков"),
        (f"Ковалёва Анна{' ' * 1000}Петровна", "больше 600 знаков"),
    ],
)
def test_a_name_that_is_not_whole_gets_a_sentence(text: str, part: str) -> None:
    assert part in refusal("name", text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("00 123-456", "00123456"),
        (" №\u00a0007–8−9 ", "00789"),
        ("１２３", "123"),
        ("٠١٢", "012"),
        ("9" * 32, "9" * 32),
    ],
)
def test_an_identifier_keeps_its_digits_and_leading_zeros(text: str, number: str) -> None:
    assert KINDS["identifier"].parse(text, LABEL) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("12А4", f"В поле «{LABEL}» нужны только цифры. Уберите буквы."),
        ("№ -", f"Заполните поле «{LABEL}»."),
        ("12/4", f"Уберите из поля «{LABEL}» знак «/»."),
        ("9" * 33, f"В поле «{LABEL}» больше 32 знаков. Сократите ответ."),
        ("9 " * 1000, f"В поле «{LABEL}» больше 128 знаков. Сократите ответ."),
    ],
)
def test_an_identifier_that_cannot_be_gets_a_sentence(text: str, sentence: str) -> None:
    assert refusal("identifier", text) == sentence


def test_an_identifier_with_letters_is_found_in_either_alphabet() -> None:
    card = Identifier(letters=True)
    assert card.inputmode == "text"
    assert card.parse("ав 12", LABEL) == "АВ12"
    assert card.match_key(card.parse("ав 12", LABEL)) == card.match_key(card.parse("AB-12", LABEL))
    assert card.match_key("АВ12") != card.match_key("АВ13")


@pytest.mark.parametrize(
    ("kind", "value", "mask"),
    [
        ("identifier", "0012345678", "··· 5678"),
        ("identifier", "1234", "··· 34"),
        ("identifier", "1", "···"),
        ("name", "Ковалёва Анна Петровна", "К··· А··· П···"),
        ("phone", "+79123456789", "+7 ··· ··· 6789"),
        ("email", "anna@mail.ru", "a···@mail.ru"),
        ("text", "ул. Лесная, 5", "у···"),
        ("region", "Омская область", "Омская область"),
    ],
)
def test_a_mask_shows_only_what_its_owner_needs(kind: str, value: str, mask: str) -> None:
    assert KINDS[kind].mask(value) == mask


def test_values_are_shown_as_a_reader_expects() -> None:
    assert KINDS["phone"].show("+79123456789") == "+7 912 345-67-89"
    assert KINDS["identifier"].show("00123") == "00123"


def test_words_are_compared_without_case_and_spaces_and_keep_their_signs() -> None:
    text = KINDS["text"]
    assert text.parse(" ул.  Лесная, д. №5 \r\n\x00 кв. ½ ", LABEL) == "ул. Лесная, д. №5\nкв. ½"
    assert text.match_key("Улица\nЗелёная") == text.match_key("УЛИЦА ЗЕЛЕНАЯ")
    assert "больше 2000 знаков" in refusal("text", "я" * 2001)
    assert KINDS["region"].parse(" Омская \n область ", "Регион") == "Омская область"
