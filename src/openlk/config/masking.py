"""Takes personal data and secrets out of every line of the log (ASVS 16.2.5)."""

import logging
import re
from collections.abc import Callable

MASK = "···"
# A longer text is cut before anything is looked for in it: the log is no place for it, and the search stays quick.
LONGEST = 20_000
# Keys of a dictionary, a record or a query whose values never belong in a log.
_KEYS = (
    r"password\w*|passwd|secret\w*|token\w*|code|pin|cookie|session\w*|authorization|answers|full_?name|name_?key|"
    r"surname|phone|e-?mail|recipient|contact|login|union_card|utility_account|card|address|пароль|код|логин|телефон"
)
_WORD = r"(?:[А-ЯЁ][а-яё]+|[А-ЯЁ]{2,})(?:-[А-ЯЁ][а-яё]+|-[А-ЯЁ]+)?"
_SECRETIVE = re.compile(rf"(?i:{_KEYS})")
_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _keyed(found: re.Match[str]) -> str:
    return f"{found[1]}{MASK}"


_RULES: tuple[_Rule, ...] = (
    # PostgreSQL repeats the row: «DETAIL:  Key (cabinet, name)=(alpha, …) already exists.»
    (re.compile(r"(DETAIL:|Failing row contains|Key \([^)]*\)=).*"), _keyed),
    (re.compile(rf"(?<!\w)([\"']?(?i:{_KEYS})[\"']?\s*[=:]\s*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&)\]}}]+)"), _keyed),
    (re.compile(r"(?<![\w.+@-])[\w.!#$%&'*+/=?^`{|}~-]++@[\w.-]+"), MASK),
    # Addresses of pages that open something to whoever has them.
    (re.compile(r"(/(?:pass|status|link|recover|confirm|register|resume)/)[^\s?\"'<>)]+"), _keyed),
    # A token: long, and of all kinds of characters, as no word or name in a program is.
    (re.compile(r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{22,}"), MASK),
    (
        re.compile(r"(?<![\w+])(?:\+7|8|7)[ \u00a0()-]*\d{3}[ \u00a0()-]*\d{3}[ \u00a0-]*\d{2}[ \u00a0-]*\d{2}(?!\w)"),
        MASK,
    ),
    (re.compile(r"\d{6,}"), MASK),
    (re.compile(rf"\b{_WORD}(?:[ \u00a0]+(?:{_WORD}|[А-ЯЁ]\.))+"), MASK),
)
# Nothing of the above is in a text without any of these.
_SUSPECT = re.compile(r"[@А-ЯЁ\d]|/(?:pass|status|link|recover|confirm|register|resume)/|DETAIL|Failing|Key \(|[=:]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
# The line of a request holds a method, a page's name and numbers, by construction: it needs no looking through.
REQUEST_LINE = "%s %s %s"
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
_PLAIN = logging.Formatter()


def masked(text: str) -> str:
    """The text without phones, e-mails, names, numbers of six digits and more, tokens, and values of telling keys."""
    text = text[:LONGEST]
    if not _SUSPECT.search(text):
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What was given to the log beside the message: simple values only."""
    given = vars(record).items()
    return {key: value for key, value in given if key not in _STANDARD and isinstance(value, str | int | float)}


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 -- a wrong call of the log must neither fail the request nor print its arguments
        text = f"a line that cannot be formatted, from {record.pathname}:{record.lineno}"
    path = getattr(getattr(record, "request", None), "path", "")
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    if len(path) > 1:
        text = text.replace(path, f"<{match.view_name}>" if match else "<no such page>")
    return _CONTROL.sub(" ", text)


class Masked(logging.Filter):
    """Rewrites a record before it is written: message, exception, stack and everything given beside them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is dropped, only masked."""
        if record.msg is REQUEST_LINE:
            return True
        record.msg, record.args = masked(_message(record)), ()
        if record.exc_info:
            record.exc_text = masked(_PLAIN.formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        for key, value in extras(record).items():
            if _SECRETIVE.fullmatch(key):
                setattr(record, key, MASK)
            elif isinstance(value, str):
                setattr(record, key, masked(value))
        return True
