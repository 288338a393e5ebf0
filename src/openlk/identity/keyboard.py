"""The Russian and the Latin keyboard, and Russian words in Latin letters."""

LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
# Rows of neighbouring keys and the alphabets: a finger or a child runs along them.
ROWS = (
    "1234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
)

_OTHER_LAYOUT = str.maketrans(LATIN_KEYS + RUSSIAN_KEYS, RUSSIAN_KEYS + LATIN_KEYS)
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch _ y _ e yu ya".replace("_", "").split(" ")
_TRANSLITERATED = str.maketrans(dict(zip(_RUSSIAN, _LATIN, strict=True)))


def in_other_layout(text: str) -> str:
    """What the same keys give when the layout was not switched: «привет» is «ghbdtn», and the other way round."""
    return text.lower().translate(_OTHER_LAYOUT)


def in_latin_letters(text: str) -> str:
    """A Russian word in Latin letters: «наталья» is «natalya»."""
    return text.lower().translate(_TRANSLITERATED)
