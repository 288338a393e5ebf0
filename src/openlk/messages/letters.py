"""Letters and SMS: one Markdown document each, the cabinet's own before the engine's."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from openlk.cabinets.loading import Cabinet
from openlk.kit.frontmatter import BadDocumentError, read_document
from openlk.kit.markdown import escape, to_html, to_text

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# A placeholder alone inside <…> is an address of ours; everywhere else a value is somebody's words.
ADDRESS = re.compile(r"<\{([a-z_]+)\}>")
ENGINE_LETTERS = Path(__file__).parents[1]


class NoSuchLetter(LookupError):
    """Neither the cabinet nor the engine has a letter of that name."""


class MissingValue(KeyError):
    """A letter names a placeholder that its sender does not fill."""


@dataclass(frozen=True)
class Letter:
    """A letter's source: the subject line, the text of its SMS if it has one, the Markdown body."""

    subject: str
    sms: str
    body: str

    def placeholders(self) -> set[str]:
        """The names in braces anywhere in the letter."""
        return set(_PLACEHOLDER.findall(self.subject + self.sms + self.body))


@dataclass(frozen=True)
class Rendered:
    """What is sent: plain text for any channel, HTML for e-mail."""

    subject: str
    text: str
    html: str


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    yield folder / "letters" / f"{name}.md"
    yield from sorted(ENGINE_LETTERS.glob(f"*/letters/{name}.md"))


@lru_cache(maxsize=512)
def _read(folder: Path, name: str) -> Letter:
    for file in _candidates(folder, name):
        if file.is_file():
            head, body = read_document(file)
            unknown = set(head) - {"subject", "sms"}
            if unknown or not isinstance(head.get("subject"), str):
                raise BadDocumentError(f"{file}: в шапке письма есть subject и, если нужно, sms.")
            return Letter(head["subject"], head.get("sms", ""), body)
    raise NoSuchLetter(f"письма «{name}» нет ни в {folder / 'letters'}, ни у движка")


def letter_names(cabinet: Cabinet) -> list[str]:
    """The names of all letters that this cabinet can send: its own and the engine's."""
    files = [*cabinet.folder.glob("letters/*.md"), *ENGINE_LETTERS.glob("*/letters/*.md")]
    return sorted({file.stem for file in files})


def letter_of(cabinet: Cabinet, name: str) -> Letter:
    """The letter as this cabinet words it. Raises NoSuchLetter."""
    return _read(cabinet.folder, name)


def _filled(source: str, values: Mapping[str, str], *, markdown: bool) -> str:
    def words(match: re.Match[str]) -> str:
        try:
            value = values[match.group(1)]
        except KeyError as error:
            raise MissingValue(match.group(1)) from error
        return escape(value) if markdown else " ".join(value.split())

    def address(match: re.Match[str]) -> str:
        return f"<{values[match.group(1)]}>" if match.group(1) in values else match.group(0)

    return _PLACEHOLDER.sub(words, ADDRESS.sub(address, source))


def rendered(letter: Letter, values: Mapping[str, str], channel: str) -> Rendered:
    """The letter with its values: every value is plain words, whatever it holds; only `<{…}>` becomes a link."""
    if channel == "sms":
        if not letter.sms:
            raise NoSuchLetter("this letter has no line «sms»")
        return Rendered("", _filled(letter.sms, values, markdown=False), "")
    body = _filled(letter.body, values, markdown=True)
    return Rendered(_filled(letter.subject, values, markdown=False), to_text(body), to_html(body))
