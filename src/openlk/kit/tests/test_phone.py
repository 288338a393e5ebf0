"""Telephone numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlk.kit.kinds import Invalid
from openlk.kit.phone import mask_phone, parse_phone, show_phone

SEPARATORS = [" ", "-", "(", ")", ".", "/", "\u00a0", "–", "—", "\u2011", "\u200b", "\t", " - ", ""]


@pytest.mark.parametrize(
    "text",
    [
        "+79123456789",
        "89123456789",
        "79123456789",
        "9123456789",
        "+7 (912) 345-67-89",
        " 8\u00a0912\u00a0345–67–89 ",
        "8/912/345.67.89",
        "912 345 67 89",
        "８９１２３４５６７８９",
        "+٧٩١٢٣٤٥٦٧٨٩",
        "\u202a+79123456789\u202c",
    ],
)
def test_one_number_in_any_dress_is_one_number(text: str) -> None:
    assert parse_phone(text) == "+79123456789"


def test_a_landline_of_any_code_is_a_number() -> None:
    assert parse_phone("8-123-456-7896") == "+71234567896"
    assert parse_phone("+7 (495) 123-45-67") == "+74951234567"


@given(
    st.sampled_from(["+7", "8", "7"]),
    st.from_regex(r"[0-9]{10}", fullmatch=True),
    st.lists(st.sampled_from(SEPARATORS), min_size=11, max_size=11),
)
def test_separators_anywhere_do_not_matter(prefix: str, digits: str, gaps: list[str]) -> None:
    text = prefix + "".join(gap + digit for gap, digit in zip(gaps, digits, strict=False)) + gaps[-1]
    assert parse_phone(text) == f"+7{digits}"
    assert parse_phone(show_phone(f"+7{digits}")) == f"+7{digits}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("8 912 345 67 8", "В номере 10 цифр, а нужно 11. Проверьте последнюю группу."),
        ("+7 912", "В номере 4 цифры, а нужно 11. Проверьте последнюю группу."),
        ("8", "В номере 1 цифра, а нужно 11. Проверьте последнюю группу."),
        ("8 912 345 67 89 0", "В номере 12 цифр, а нужно 11. Напишите один номер, без добавочного."),
        ("12345678901", "Номер начинается с 1, а нужно с +7 или 8. Напишите его так: +7 912 345-67-89."),
        ("", "Напишите номер телефона, например +7 912 345-67-89."),
        ("  \u200b", "Напишите номер телефона, например +7 912 345-67-89."),
        ("---", "В номере нет цифр. Напишите номер телефона, например +7 912 345-67-89."),
        ("8 912 О45 67 89", "Напишите номер телефона одними цифрами, например +7 912 345-67-89."),
        ("8 912 345-67-89, 8 912 345-67-88" * 9, "Напишите только один номер телефона, например +7 912 345-67-89."),
    ],
)
def test_a_wrong_number_gets_a_sentence_that_helps(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_phone(text)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("text", ["+375 29 123-45-67", "+8 912 345 67 89", "+9123456789", "＋1 202 555 0123"])
def test_a_foreign_number_is_refused_as_foreign(text: str) -> None:
    with pytest.raises(Invalid, match="только российские номера"):
        parse_phone(text)


@given(st.text(max_size=70))
def test_any_text_is_a_number_or_a_sentence(text: str) -> None:
    try:
        number = parse_phone(text)
    except Invalid as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - either outcome is right
    else:
        assert len(number) == 12
        assert parse_phone(number) == number


def test_a_page_shows_groups_and_hides_the_middle() -> None:
    assert show_phone("+79123456789") == "+7 912 345-67-89"
    assert mask_phone("+79123456789") == "+7 ··· ··· 6789"
    assert show_phone("не номер") == "не номер"
