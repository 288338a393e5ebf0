"""E-mail addresses: one stored form, and a sentence about the usual slips."""

import re

from openlk.kit.characters import plain
from openlk.kit.invalid import Invalid

LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
LONGEST_TEXT = 2 * LONGEST_ADDRESS  # leaves room for spaces around
LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
LONGEST_LABEL = 63  # RFC 1035 §2.3.4
EXAMPLE = "ivanova@mail.ru"

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+")
_LABEL = re.compile(r"[^\W_](?:[^\W_]|-)*")
_PUNYCODE = "xn--"
# What nearly every address of a register looks like needs no closer look; short enough for every limit.
_USUAL = re.compile(r"(?=[^@]{1,60}@.{1,60}$)[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,60}")


def parse_email(text: str) -> str:
    """The address in lower case, a Punycode domain as the letters it stands for.

    Cyrillic is welcome on both sides of @. Raises Invalid with a sentence that says what to mend.
    """
    if _USUAL.fullmatch(text) is not None:
        return text
    address = plain(text).lower() if len(text) <= LONGEST_TEXT else text
    if not address:
        raise Invalid(f"Напишите адрес электронной почты, например {EXAMPLE}.")
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(f"Адрес длиннее {LONGEST_ADDRESS} знаков. Напишите только один адрес.")
    _refuse_slips(address)
    local, _, domain = address.partition("@")
    _check_local(local)
    return f"{local}@{_parse_domain(domain)}"


def _refuse_slips(address: str) -> None:
    count = address.count("@")
    if count == 0:
        raise Invalid(f"В адресе нет знака @. Напишите адрес целиком, например {EXAMPLE}.")
    if count > 1:
        raise Invalid("В адресе больше одного знака @. Напишите только один адрес.")
    if " " in address:
        raise Invalid("В адресе есть пробел. Уберите его.")
    if "," in address:
        raise Invalid("В адресе стоит запятая. Поставьте вместо неё точку.")
    if ".." in address:
        raise Invalid("В адресе две точки подряд. Оставьте одну.")


def _check_local(local: str) -> None:
    if not local:
        raise Invalid(f"Перед знаком @ ничего нет. Напишите адрес целиком, например {EXAMPLE}.")
    if len(local) > LONGEST_LOCAL:
        raise Invalid(f"Перед знаком @ больше {LONGEST_LOCAL} знаков. Проверьте адрес.")
    if not _LOCAL.fullmatch(local):
        strange = next(char for char in local if not _LOCAL.fullmatch(char))
        raise Invalid(f"Уберите из адреса знак «{strange}»: в почтовых адресах его не бывает.")
    if local.startswith(".") or local.endswith("."):
        raise Invalid("Точка стоит в начале адреса или прямо перед знаком @. Уберите её.")


def _parse_domain(domain: str) -> str:
    if "." not in domain.strip("."):
        raise Invalid(f"После знака @ нет точки. Напишите адрес целиком, например {EXAMPLE}.")
    if domain.startswith(".") or domain.endswith("."):
        raise Invalid("Точка стоит сразу после знака @ или в конце адреса. Уберите её.")
    labels = [_readable(label) for label in domain.split(".")]
    if not all(_is_label(label) for label in labels) or labels[-1].isdecimal() or len(labels[-1]) == 1:
        raise Invalid(f"Проверьте часть адреса после знака @: «{domain}». Например, {EXAMPLE}.")
    return ".".join(labels)


def _is_label(label: str) -> bool:
    return len(label) <= LONGEST_LABEL and not label.endswith("-") and _LABEL.fullmatch(label) is not None


def _readable(label: str) -> str:
    """The letters behind a Punycode label: browsers send a Cyrillic domain so, a register holds it in Cyrillic."""
    if not label.startswith(_PUNYCODE):
        return label
    try:
        return label.encode("ascii").decode("idna").lower()
    except UnicodeError:
        return label


def mask_email(address: str) -> str:
    """`к···@mail.ru`: the first letter and the domain; of a one-letter name only the domain."""
    local, _, domain = address.partition("@")
    first = local[0] if len(local) > 1 else ""
    return f"{first}···@{domain}"
