"""Sums: kopecks inside, roubles outside, nothing lost between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlk.kit.kinds import Invalid
from openlk.kit.money import parse_rubles, rubles


@pytest.mark.parametrize(
    ("kopecks", "shown"),
    [
        (128450, "1\u00a0284,50\u00a0₽"),
        (0, "0,00\u00a0₽"),
        (5, "0,05\u00a0₽"),
        (-50000, "−500,00\u00a0₽"),
        (123456789012, "1\u00a0234\u00a0567\u00a0890,12\u00a0₽"),
    ],
)
def test_a_sum_is_shown_in_roubles(kopecks: int, shown: str) -> None:
    assert rubles(kopecks) == shown


def test_a_short_sum_drops_only_empty_kopecks() -> None:
    assert rubles(31800, short=True) == "318\u00a0₽"
    assert rubles(31805, short=True) == "318,05\u00a0₽"


@given(st.integers(min_value=0, max_value=10**14 - 1), st.booleans())
def test_what_is_shown_reads_back(kopecks: int, short: bool) -> None:
    assert parse_rubles(rubles(kopecks, short=short)) == kopecks


@pytest.mark.parametrize(
    ("text", "kopecks"),
    [("1284,5", 128450), ("1284.50", 128450), ("1 284 руб.", 128400), ("0,07", 7), ("500 р", 50000), ("００５", 500)],
)
def test_a_sum_is_read_as_people_type_it(text: str, kopecks: int) -> None:
    assert parse_rubles(text) == kopecks


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Напишите сумму в рублях"),
        (" ₽", "Напишите сумму в рублях"),
        ("−5", "без знака «минус»"),
        ("1,284.50", "две цифры копеек"),
        ("1,005", "две цифры копеек"),
        ("12 34", "две цифры копеек"),
        ("1e3", "две цифры копеек"),
        ("сто", "две цифры копеек"),
        ("5" + " " * 60 + "00", "две цифры копеек"),
        ("9" * 13, "слишком велика"),
    ],
)
def test_what_is_not_a_sum_gets_a_sentence(text: str, part: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_rubles(text)
    assert part in str(raised.value)
