"""Russian telephone numbers: one stored form, E.164, whatever separators a person types."""

import re

from openlk.kit.characters import plain
from openlk.kit.dates import plural
from openlk.kit.invalid import Invalid

ALL_DIGITS = 11
LONGEST_TEXT = 60
EXAMPLE = "+7 912 345-67-89"

# Nearly every number comes in this form; one match is forty times cheaper than a general parser.
_USUAL = re.compile(r"(?:\+7|8|7)[ \-()]*([0-9]{3})[ \-()]*([0-9]{3})[ \-]*([0-9]{2})[ \-]*([0-9]{2})")
_E164 = re.compile(r"\+7([0-9]{3})([0-9]{3})([0-9]{2})([0-9]{2})")
_NOT_DIGITS = re.compile(r"[^0-9]+")


def parse_phone(text: str) -> str:
    """The number as `+7` and ten digits.

    Accepts any ten digits after +7, 8 or 7, and ten digits alone when they begin with 9.
    Raises Invalid with a sentence that says what to mend.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return "+7" + "".join(usual.groups())
    return _parse_unusual(text)


def _parse_unusual(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"Напишите только один номер телефона, например {EXAMPLE}.")
    cleaned = plain(text)
    if not cleaned:
        raise Invalid(f"Напишите номер телефона, например {EXAMPLE}.")
    if any(char.isalpha() for char in cleaned):
        raise Invalid(f"Напишите номер телефона одними цифрами, например {EXAMPLE}.")
    digits = _NOT_DIGITS.sub("", cleaned)
    international = "+" in cleaned
    if international and digits and digits[0] != "7":
        raise Invalid(f"Подходят только российские номера. Напишите номер, который начинается с +7 или 8: {EXAMPLE}.")
    if len(digits) == ALL_DIGITS and digits[0] in "78":
        return "+7" + digits[1:]
    if len(digits) == ALL_DIGITS - 1 and digits[0] == "9" and not international:
        return "+7" + digits
    raise Invalid(_wrong_count(digits))


def _wrong_count(digits: str) -> str:
    count = len(digits)
    if count == 0:
        return f"В номере нет цифр. Напишите номер телефона, например {EXAMPLE}."
    if count == ALL_DIGITS:
        return f"Номер начинается с {digits[0]}, а нужно с +7 или 8. Напишите его так: {EXAMPLE}."
    counted = f"{count} {plural(count, 'цифра', 'цифры', 'цифр')}"
    if count < ALL_DIGITS:
        return f"В номере {counted}, а нужно {ALL_DIGITS}. Проверьте последнюю группу."
    return f"В номере {counted}, а нужно {ALL_DIGITS}. Напишите один номер, без добавочного."


def show_phone(e164: str) -> str:
    """`+7 912 345-67-89`, given a number that parse_phone returned; another text comes back as it is."""
    found = _E164.fullmatch(e164)
    if found is None:
        return e164
    code, first, second, third = found.groups()
    return f"+7 {code} {first}-{second}-{third}"


def mask_phone(e164: str) -> str:
    """`+7 ··· ··· 6789`: only the last four digits, given a number that parse_phone returned."""
    return f"+7 ··· ··· {e164[-4:]}"
