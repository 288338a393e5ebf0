"""Kinds of fields: how an answer is typed, read, compared, shown and masked."""

import re
import unicodedata
from typing import ClassVar

from openlk.kit.characters import APOSTROPHES, DASHES, plain, plain_dashes
from openlk.kit.email import mask_email, parse_email
from openlk.kit.invalid import Invalid
from openlk.kit.names import has_initials, name_key
from openlk.kit.phone import mask_phone, parse_phone, show_phone

__all__ = ["KINDS", "Email", "Identifier", "Invalid", "Kind", "Name", "Phone", "Region", "Text"]

LONGEST_NAME = 150
LONGEST_IDENTIFIER = 32
LONGEST_TEXT = 2000
RAW_FACTOR = 4  # before cleaning, an answer may be this many times longer: spaces, separators, decomposed letters
SHOWN_DIGITS = 4
DOTS = "···"
EXAMPLE_NAME = "Ковалёва Анна Петровна"

# Capitals of Russian and Latin that print alike, so that a card «АВ 12» is found however it was typed.
_CYRILLIC_TO_LATIN = str.maketrans("АВЕЁКМНОРСТУХ", "ABEEKMHOPCTYX")
# What nearly every row of a register holds needs no closer look: an import reads a million of them.
_WORD = r"[А-ЯЁа-яё]{2,}(?:-[А-ЯЁа-яё]{2,})?"
_USUAL_NAME = re.compile(f"{_WORD}(?: {_WORD}){{1,3}}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")


class Kind:
    """A kind of field. `parse` gives what is stored; the other methods take what `parse` gave."""

    key: ClassVar[str]
    input_type: ClassVar[str] = "text"
    inputmode: str = "text"
    autocomplete: ClassVar[str] = "off"

    def parse(self, text: str, label: str) -> str:
        """The stored form of what a person typed; raises Invalid with a sentence that says what to mend."""
        raise NotImplementedError

    def match_key(self, value: str) -> str:
        """Two values with one key are the same answer."""
        return value

    def show(self, value: str) -> str:
        """The value as a reader expects it."""
        return value

    def mask(self, value: str) -> str:
        """Enough of the value for its owner to recognise it, too little for a stranger to use."""
        return f"{value[:1]}{DOTS}"


def _filled(text: str, label: str) -> str:
    if not text:
        raise Invalid(f"Заполните поле «{label}».")
    return text


def _within(text: str, longest: int, label: str) -> str:
    if len(text) > longest:
        raise Invalid(f"В поле «{label}» больше {longest} знаков. Сократите ответ.")
    return text


class Name(Kind):
    """Surname, name and, where a person has one, patronymic, each in full."""

    key = "name"
    autocomplete = "name"

    def parse(self, text: str, label: str) -> str:
        """The person's own spelling with single spaces; at least two words, at most 150 characters."""
        if len(text) <= LONGEST_NAME and _USUAL_NAME.fullmatch(text):
            return text
        name = _filled(plain(_within(text, RAW_FACTOR * LONGEST_NAME, label)), label)
        if any(char.isdigit() for char in name):
            raise Invalid(f"Уберите цифры. В этом поле нужны только слова, например {EXAMPLE_NAME}.")
        strange = next((char for char in name if not _belongs_in_name(char)), None)
        if strange is not None:
            raise Invalid(f"Уберите знак «{strange}». В этом поле нужны только слова, например {EXAMPLE_NAME}.")
        if has_initials(name):
            raise Invalid(f"Напишите имя и отчество полностью, без сокращений и точек, например {EXAMPLE_NAME}.")
        if sum(any(char.isalpha() for char in word) for word in name.split(" ")) < 2:
            raise Invalid(f"Напишите и фамилию, и имя, например {EXAMPLE_NAME}.")
        return _within(name, LONGEST_NAME, label)

    def match_key(self, value: str) -> str:
        """See names.name_key."""
        return name_key(value)

    def mask(self, value: str) -> str:
        """«К··· А··· П···»."""
        return " ".join(f"{word[:1]}{DOTS}" for word in value.split(" "))


def _belongs_in_name(char: str) -> bool:
    return char in " ." or char in DASHES or char in APOSTROPHES or unicodedata.category(char)[0] in "LM"


class Identifier(Kind):
    """A number printed on a card or bill; leading zeros count. With `letters`, letters may stand in it too."""

    key = "identifier"

    def __init__(self, *, letters: bool = False) -> None:
        self.letters = letters
        self.inputmode = "text" if letters else "numeric"

    def parse(self, text: str, label: str) -> str:
        """1 to 32 digits (and capital letters, if allowed) without spaces and dashes."""
        bounded = _within(text, RAW_FACTOR * LONGEST_IDENTIFIER, label)
        value = _filled(re.sub(r"[ -]", "", plain_dashes(plain(bounded.replace("№", "")))), label)
        if not self.letters and any(char.isalpha() for char in value):
            raise Invalid(f"В поле «{label}» нужны только цифры. Уберите буквы.")
        if not value.isalnum():
            strange = next(char for char in value if not char.isalnum())
            raise Invalid(f"Уберите из поля «{label}» знак «{strange}».")
        return _within(value, LONGEST_IDENTIFIER, label).upper()

    def match_key(self, value: str) -> str:
        """The value, with Latin and Russian letters that look alike as one."""
        return value.upper().translate(_CYRILLIC_TO_LATIN)

    def mask(self, value: str) -> str:
        """`··· 6789`: the last four, fewer of a number shorter than six."""
        shown = max(0, min(SHOWN_DIGITS, len(value) - 2))
        return f"{DOTS} {value[len(value) - shown :]}".rstrip()


class Phone(Kind):
    """A Russian telephone number, stored as E.164."""

    key = "phone"
    input_type = "tel"
    inputmode = "tel"
    autocomplete = "tel"

    def parse(self, text: str, label: str) -> str:
        """See phone.parse_phone."""
        _filled(text.strip(), label)
        return parse_phone(text)

    def show(self, value: str) -> str:
        """`+7 912 345-67-89`."""
        return show_phone(value)

    def mask(self, value: str) -> str:
        """`+7 ··· ··· 6789`."""
        return mask_phone(value)


class Email(Kind):
    """An e-mail address in lower case."""

    key = "email"
    input_type = "email"
    inputmode = "email"
    autocomplete = "email"

    def parse(self, text: str, label: str) -> str:
        """See email.parse_email."""
        _filled(text.strip(), label)
        return parse_email(text)

    def mask(self, value: str) -> str:
        """`к···@mail.ru`."""
        return mask_email(value)


class Text(Kind):
    """Free words, several lines if need be, at most 2,000 characters."""

    key = "text"

    def parse(self, text: str, label: str) -> str:
        """The text in NFC with single spaces, no control characters and no empty lines at the ends."""
        bounded = unicodedata.normalize("NFC", _within(text, RAW_FACTOR * LONGEST_TEXT, label))
        lines = _CONTROL.sub(" ", bounded.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        value = _filled("\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip(), label)
        return _within(value, LONGEST_TEXT, label)

    def match_key(self, value: str) -> str:
        """The words alone: case, ё/е, spaces and line ends do not matter."""
        return " ".join(plain(value).casefold().replace("ё", "е").split())


class Region(Text):
    """One of the cabinet's regions; whether it is one of them is for the cabinet to say."""

    key = "region"
    input_type = "select"
    autocomplete = "address-level1"

    def parse(self, text: str, label: str) -> str:
        """The region's name with single spaces."""
        if not text.strip():
            raise Invalid(f"Выберите ответ в поле «{label}».")
        return " ".join(super().parse(text, label).split())

    def mask(self, value: str) -> str:
        """A region tells nothing about one person, so it stays as it is."""
        return value


KINDS: dict[str, Kind] = {kind.key: kind for kind in (Name(), Identifier(), Phone(), Email(), Text(), Region())}
