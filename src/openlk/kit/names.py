"""Names of people: a key to compare them by, and the short forms a page shows."""

import re
import unicodedata

from openlk.kit.characters import APOSTROPHES, plain, plain_dashes

# Letters that look alike on paper and on screen; a key is never shown, so capitals that look alike count too (H, В).
_LATIN_TO_CYRILLIC = str.maketrans("abcehikmoptxy", "авсенікмортху")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_USUAL_KEY = re.compile(r"[а-я]+")
_GAP = re.compile(r"[\s.]+")


def name_key(text: str) -> str:
    """What two spellings of one name share: lower-case letters and digits alone.

    Ignores case, ё/е, spaces, hyphens, apostrophes, invisible characters and Unicode form;
    in a name with Cyrillic letters, Latin look-alikes count as Cyrillic.
    """
    usual = text.lower().replace(" ", "").replace("-", "").replace("ё", "е")
    if _USUAL_KEY.fullmatch(usual):
        return usual
    return _unusual_key(text)


def _unusual_key(text: str) -> str:
    # Folding may bring in characters that compose, composing may bring in capitals: both twice (Unicode, D146).
    folded = unicodedata.normalize("NFD", text).casefold()
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded).casefold()
    kept = "".join(char for char in folded if char.isalnum() and char not in APOSTROPHES).replace("ё", "е")
    key = unicodedata.normalize("NFKC", kept)
    return key.translate(_LATIN_TO_CYRILLIC) if _CYRILLIC.search(key) else key


def has_initials(text: str) -> bool:
    """Whether a part of the name is cut down to initials: «Ковалёва А. П.», «Иванов И».

    A dot makes an initial anywhere, a single letter only after the first word: «О Ир Сон» is whole.
    """
    cleaned = plain_dashes(plain(text))
    if "." in cleaned:
        return True
    return any(_is_initial(word) for word in cleaned.split(" ")[1:])


def _is_initial(word: str) -> bool:
    parts = [sum(char.isalpha() for char in part) for part in word.split("-")]
    return max(parts) == 1


def short_name(text: str) -> str:
    """«Ковалёва А. П.» from «Ковалёва Анна Петровна»; a single word stays as it is."""
    words = _words(text)
    letters = ["-".join(f"{part[0].upper()}." for part in word.split("-") if part) for word in words[1:3]]
    return " ".join(words[:1] + letters)


def given_names(text: str) -> str:
    """«Анна Петровна» from «Ковалёва Анна Петровна»; a single word stays as it is."""
    words = _words(text)
    return " ".join(words[1:] or words)


def initials(text: str) -> str:
    """«КА», the first letters of surname and name, from «Ковалёва Анна Петровна»; at most two letters."""
    return "".join(word[0].upper() for word in _words(text)[:2])


def _words(text: str) -> list[str]:
    return [word for word in _GAP.split(plain(text)) if any(char.isalpha() for char in word)]
