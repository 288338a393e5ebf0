"""Sums of money: integer kopecks inside, roubles only where people read and write."""

import re

from openlk.kit.characters import NO_BREAK_SPACE, plain, plain_dashes
from openlk.kit.invalid import Invalid

MINUS = "\u2212"
MOST_ROUBLE_DIGITS = 12
LONGEST_TEXT = 60

_SUM = re.compile(r"([0-9]{1,3}(?: ?[0-9]{3})*|[0-9]+)(?:[.,]([0-9]{1,2}))?")
_CURRENCY = re.compile(r" ?(?:₽|р\.?|руб\.?|рубл(?:ь|я|ей))$", re.IGNORECASE)


def rubles(kopecks: int, *, short: bool = False) -> str:
    """`1 284,50 ₽` with no-break spaces and, below zero, the minus sign `−`; `short` drops kopecks of a whole sum."""
    whole, rest = divmod(abs(kopecks), 100)
    grouped = f"{whole:,}".replace(",", NO_BREAK_SPACE)
    fraction = "" if short and rest == 0 else f",{rest:02d}"
    sign = MINUS if kopecks < 0 else ""
    return f"{sign}{grouped}{fraction}{NO_BREAK_SPACE}₽"


def parse_rubles(text: str) -> int:
    """Kopecks, 0 or more, from `1 284,50 ₽`, `1284.5` or `1284`; raises Invalid with what to mend."""
    cleaned = _CURRENCY.sub("", plain_dashes(plain(text[: LONGEST_TEXT + 1]))).strip()
    if not cleaned:
        raise Invalid("Напишите сумму в рублях, например 1284,50.")
    if cleaned.startswith("-"):
        raise Invalid("Напишите сумму без знака «минус», например 1284,50.")
    found = _SUM.fullmatch(cleaned)
    if found is None or len(text) > LONGEST_TEXT:
        raise Invalid("Напишите сумму цифрами: рубли и, если нужно, две цифры копеек после запятой, например 1284,50.")
    whole, fraction = found[1].replace(" ", ""), found[2] or ""
    if len(whole) > MOST_ROUBLE_DIGITS:
        raise Invalid("Сумма слишком велика. Проверьте, сколько в ней цифр.")
    return int(whole) * 100 + int(fraction.ljust(2, "0"))
