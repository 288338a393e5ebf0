"""Passwords that somebody else would think of: common ones, walks over the keyboard, repetitions, the person's data.

The list lies beside this file (tools/common_passwords.py makes it) and is read once per process; nothing is asked of
the network. Passwords are looked at in small letters, without spaces and signs, in both layouts of the keyboard.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from openlk.identity.keyboard import ROWS, in_latin_letters, in_other_layout

_LIST = Path(__file__).parent / "data" / "common_passwords.txt.gz"
_LEET = str.maketrans("@4$50317", "aassoeit")
_AROUND = re.compile(r"^[\d_]{0,4}(.*?)[\d_]{0,4}$", re.DOTALL)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])\d\d")
# A walk of so many keys is no accident; so long may a common word be; so many parts are easily thought of.
SHORTEST_WALK = 3
SHORTEST_WORD = 4
LONGEST_WORD = 24
MOST_PARTS = 3
MOST_STRAYS = 2
FEW_SIGNS = 3
LONGEST_UNIT = 5
# Shorter pieces of a name or number may stand in any password.
SHORTEST_PIECE = 4


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The list, in small letters."""
    return frozenset(gzip.decompress(_LIST.read_bytes()).decode().split())


def plain(text: str) -> str:
    """Small letters and digits alone, ё as е."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return "".join(char for char in folded if char.isalnum())


def is_monotonous(password: str) -> bool:
    """Whether it is a few signs over and over: «aaaaaaaaaa», «abcabcabc»."""
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(set(text)) <= FEW_SIGNS:
        return True
    return any(text == (text[:unit] * len(text))[: len(text)] for unit in range(1, LONGEST_UNIT + 1))


def is_common(password: str) -> bool:
    """Whether it is in the list, or is made of what is: with a year behind it, doubled, or by neighbouring keys."""
    return any(_is_common(form) for form in _forms(password))


def _forms(password: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", password).casefold()
    other = in_other_layout(folded)
    # Some keys are letters in one layout and signs in the other, so the layout is changed before signs are dropped.
    yield from {folded, plain(folded), plain(folded.translate(_LEET)), plain(other)}


def _is_common(form: str) -> bool:
    known = common_passwords()
    around = _AROUND.match(form)
    core = around.group(1) if around else form
    return form in known or (core in known and not core.isdecimal()) or _is_made_of_easy_parts(form)


def _is_made_of_easy_parts(text: str) -> bool:
    """«qwerty12345», «наташа1985»: a few parts, each a walk, one sign repeated or a date, and one common word."""
    parts = strays = at = 0
    words: set[str] = set()
    while at < len(text) and strays <= MOST_STRAYS and parts <= MOST_PARTS:
        part = max(_walk(text, at), _same_sign(text, at), _date(text, at))
        word = _word(text, at)
        if word > part:
            words.add(text[at : at + word])
        parts += max(part, word) > 0
        strays += max(part, word) == 0
        at += max(part, word, 1)
    return at >= len(text) and len(words) <= 1 and parts <= MOST_PARTS and strays <= MOST_STRAYS


def _walk(text: str, at: int) -> int:
    """How many keys from here on stand side by side in a row, one way or the other."""
    best = 0
    for row in ROWS:
        for way in (row, row[::-1]):
            length = 0
            place = way.find(text[at])
            while place >= 0 and text[at : at + length + 1] == way[place : place + length + 1]:
                length += 1
                if at + length >= len(text) or place + length >= len(way):
                    break
            best = max(best, length)
    return best if best >= SHORTEST_WALK else 0


def _same_sign(text: str, at: int) -> int:
    length = len(text) - at - len(text[at:].lstrip(text[at]))
    return length if length >= SHORTEST_WALK else 0


def _date(text: str, at: int) -> int:
    found = [each.end() - at for each in (_YEAR.match(text, at), _DATE.match(text, at)) if each]
    return max(found, default=0)


def _word(text: str, at: int) -> int:
    known = common_passwords()
    longest = min(LONGEST_WORD, len(text) - at)
    return next((size for size in range(longest, SHORTEST_WORD - 1, -1) if text[at : at + size] in known), 0)


def is_made_of(password: str, values: Iterable[str]) -> bool:
    """Whether more than half of it is pieces of these values: a name, a number, the part of an e-mail before the @."""
    forms = {plain(password), plain(in_other_layout(password.casefold()))}
    pieces = sorted({piece for value in values for piece in _pieces(value)}, key=len, reverse=True)
    return any(_covered(form, pieces) * 2 > len(form) for form in forms if form)


def _pieces(value: str) -> Iterator[str]:
    local = value.rpartition("@")[0] or value
    yield plain(local)
    for word in re.split(r"[\W_]+", unicodedata.normalize("NFKC", local).casefold()):
        for piece in {plain(word), plain(in_latin_letters(word))}:
            if len(piece) >= SHORTEST_PIECE:
                yield piece
    digits = re.sub(r"\D", "", local)
    # A phone without its +7, a card number without its noughts, and their last seven digits.
    for piece in {digits, digits.removeprefix("7"), digits.lstrip("0"), digits[-7:]}:
        if len(piece) >= SHORTEST_PIECE:
            yield piece


def _covered(text: str, pieces: Iterable[str]) -> int:
    """How many signs of the text belong to a piece."""
    left = text
    for piece in pieces:
        left = left.replace(piece, "\n") if piece else left
    return len(text) - len(left.replace("\n", ""))
