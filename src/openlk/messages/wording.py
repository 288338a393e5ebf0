"""What people and programs look for in a letter: the code on its line, the link on its own, and no names unfilled."""

import re
from collections.abc import Collection, Iterator

from openlk.cabinets.loading import Cabinet
from openlk.kit.frontmatter import BadDocumentError
from openlk.kit.suggest import nearest
from openlk.messages.letters import ADDRESS, Letter, letter_of, rendered

Wrong = tuple[str, str | None]

# Lines that are found by their first word: the placeholder → the word.
LABELS = {"login": "Логин", "password": "Пароль", "code": "Код", "pin": "Пин-код"}
# Telephones offer to copy the first number of a message that looks like a code.
_LOOKS_LIKE_A_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")
_URL = re.compile(r"https?://\S+")
# Values that hold no number of four digits or more, so that they may stand before the code.
_WITHOUT_NUMBERS = frozenset({"cabinet", "organisation", "given_names", "life"})
_SAMPLES = {
    "login": "98765",
    "password": "новый-пароль",
    "code": "482193",
    "pin": "739164",
    "link": "https://cabinet.example/confirm/x",
}
_SAMPLE_ADDRESS = "https://other.example/"
_SAMPLE_NUMBER = "12345"
_SAMPLE_WORDS = "слово"
SECRETS = ("code", "pin")


def _sample(letter: Letter) -> dict[str, str]:
    """A value for every placeholder, the most awkward that it may get."""
    addresses = set(ADDRESS.findall(letter.body + letter.sms))
    values = {}
    for name in letter.placeholders():
        other = _SAMPLE_ADDRESS if name in addresses else _SAMPLE_NUMBER
        values[name] = _SAMPLES.get(name) or (_SAMPLE_WORDS if name in _WITHOUT_NUMBERS else other)
    return values


def _labelled(where: str, text: str, values: dict[str, str]) -> Iterator[Wrong]:
    for name in values.keys() & LABELS.keys():
        label = LABELS[name]
        if values[name] in text and f"{label}: {values[name]}" not in text.splitlines():
            yield f"{where}: строка «{label}: {{{name}}}» стоит отдельно и пишется именно так.", None


def _code_first(where: str, text: str, values: dict[str, str]) -> Iterator[Wrong]:
    for name in SECRETS:
        before, found, _ = text.partition(values[name]) if name in values else ("", "", "")
        if found and _LOOKS_LIKE_A_CODE.search(before):
            yield f"{where}: до строки с {{{name}}} не должно быть других чисел из 4–8 цифр.", None


def _link_first(where: str, text: str, values: dict[str, str]) -> Iterator[Wrong]:
    if "link" not in values or values["link"] not in text:
        return
    first = _URL.search(text)
    if first is None or first[0] != values["link"] or values["link"] not in text.splitlines():
        yield f"{where}: {{link}} — первая ссылка и стоит отдельной строкой.", None


def _worded(name: str, letter: Letter, channel: str) -> Iterator[Wrong]:
    values = _sample(letter)
    words = rendered(letter, values, channel)
    where = f"письмо «{name}»" if channel == "email" else f"письмо «{name}», sms"
    yield from _labelled(where, words.text, values)
    # A subject stands above the letter: what looks like a code there comes first.
    yield from _code_first(where, f"{words.subject}\n{words.text}", values)
    yield from _link_first(where, words.text, values)


def letter_problems(
    cabinet: Cabinet, name: str, values: Collection[str], channels: Collection[str] = ("email",)
) -> Iterator[Wrong]:
    """What keeps a letter from being sent with these values: a sentence, and the nearest right placeholder if any.

    `channels`: the ways it is sent by; for «sms» the letter needs its line sms.
    """
    try:
        letter = letter_of(cabinet, name)
    except BadDocumentError as error:
        yield str(error), None
        return
    for each in sorted(letter.placeholders() - set(values)):
        yield f"письмо «{name}» называет {{{each}}}; есть: {', '.join(sorted(values))}.", nearest(each, sorted(values))
    if "sms" in channels and not letter.sms:
        yield f"письмо «{name}» уходит и по SMS: добавьте в шапку строку sms.", None
    yield from _worded(name, letter, "email")
    if letter.sms:
        yield from _worded(name, letter, "sms")
