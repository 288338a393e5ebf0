"""Dates and counted words in Russian."""

from datetime import UTC, date, datetime

import pytest

from openlk.kit.dates import clock_time, day_month, day_month_year, plural

EVENING = datetime(2025, 12, 31, 21, 5, tzinfo=UTC)


def test_a_date_is_a_day_and_a_month_that_stay_on_one_line() -> None:
    assert day_month(date(2025, 12, 14)) == "14\u00a0декабря"
    assert day_month_year(date(2025, 5, 1)) == "1\u00a0мая\u00a02025"


def test_every_month_is_in_the_genitive() -> None:
    words = [day_month(date(2025, month, 1)).split("\u00a0")[1] for month in range(1, 13)]
    assert " ".join(words) == "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"


def test_a_moment_is_told_in_the_cabinets_time_zone() -> None:
    assert day_month_year(EVENING, "Asia/Yekaterinburg") == "1\u00a0января\u00a02026"
    assert clock_time(EVENING, "Asia/Yekaterinburg") == "02:05"
    assert clock_time(EVENING) == "21:05"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (0, "дней"),
        (1, "день"),
        (2, "дня"),
        (4, "дня"),
        (5, "дней"),
        (11, "дней"),
        (14, "дней"),
        (21, "день"),
        (22, "дня"),
        (111, "дней"),
        (112, "дней"),
        (101, "день"),
        (-1, "день"),
        (1000, "дней"),
    ],
)
def test_a_word_agrees_with_its_number(number: int, word: str) -> None:
    assert plural(number, "день", "дня", "дней") == word
