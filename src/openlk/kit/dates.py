"""Dates, times and counted words as a Russian reader expects them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from openlk.kit.characters import NO_BREAK_SPACE

MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)

SECONDS_IN_MINUTE = 60


def _there(day: date, timezone: str | None) -> date:
    if isinstance(day, datetime) and timezone is not None:
        return day.astimezone(ZoneInfo(timezone))
    return day


def day_month(day: date, timezone: str | None = None) -> str:
    """`14 декабря`, with a no-break space; a datetime is first taken to the IANA time zone, if one is given."""
    there = _there(day, timezone)
    return f"{there.day}{NO_BREAK_SPACE}{MONTHS[there.month - 1]}"


def day_month_year(day: date, timezone: str | None = None) -> str:
    """`14 декабря 2025`, with no-break spaces; a datetime is first taken to the IANA time zone, if one is given."""
    there = _there(day, timezone)
    return f"{day_month(there)}{NO_BREAK_SPACE}{there.year}"


def clock_time(moment: datetime, timezone: str | None = None) -> str:
    """`09:05`, in the IANA time zone, or in the moment's own zone when none is given."""
    return _there(moment, timezone).strftime("%H:%M")


def plural(number: int, one: str, few: str, many: str) -> str:
    """The word alone that agrees with `number`: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    tens, ones = abs(number) % 100, abs(number) % 10
    if 10 < tens < 20 or ones == 0 or ones > 4:
        return many
    return one if ones == 1 else few


def waiting_time(seconds: int) -> str:
    """«15 секунд», «1 минуту», «10 минут»: how long to wait, in the accusative; whole minutes from a minute on."""
    if seconds < SECONDS_IN_MINUTE:
        return f"{seconds} {plural(seconds, 'секунду', 'секунды', 'секунд')}"
    minutes = -(-seconds // SECONDS_IN_MINUTE)
    return f"{minutes} {plural(minutes, 'минуту', 'минуты', 'минут')}"
