"""One spelling for what people and spreadsheets type: invisible characters, digits, spaces, hyphens."""

import re
import unicodedata

NO_BREAK_SPACE = "\u00a0"

# Hyphens, dashes and minus signs of all scripts that a keyboard or a spreadsheet may put in.
DASHES = "-\u058a\u05be\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\ufe58\ufe63\uff0d\u30a0"
APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201b\u2032\uff07"

_DECIMAL = re.compile(r"(?![0-9])\d")
_DASH = re.compile(f"[{re.escape(DASHES)}]")


def plain(text: str) -> str:
    """`text` in NFKC with ASCII digits, single spaces, no edge spaces and nothing invisible.

    Tabs and line ends count as spaces; soft hyphens, zero-width and direction marks vanish.
    """
    if text.isascii():
        return " ".join(text.split())
    # The acute accent alone would become a space with a combining mark; people type it as an apostrophe.
    visible = "".join(char for char in text.replace("\u00b4", "'") if unicodedata.category(char) != "Cf")
    composed = unicodedata.normalize("NFKC", visible)
    digits = _DECIMAL.sub(lambda found: str(unicodedata.decimal(found[0])), composed)
    return " ".join(digits.split())


def plain_dashes(text: str) -> str:
    """`text` with every kind of hyphen, dash and minus as the ASCII hyphen."""
    return _DASH.sub("-", text)
