"""Documents with a TOML head between lines of `+++`: letters, legal texts."""

import tomllib
from pathlib import Path
from typing import Any

FENCE = "+++"


class BadDocumentError(Exception):
    """A document's head cannot be read; the message names the file and what is wrong."""


def read_document(file: Path) -> tuple[dict[str, Any], str]:
    """The head and the Markdown body of a document. Raises BadDocumentError."""
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    parts = text.split(f"{FENCE}\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise BadDocumentError(f"{file}: документ начинается с шапки между двумя строками «{FENCE}».")
    try:
        return tomllib.loads(parts[1]), parts[2].strip() + "\n"
    except tomllib.TOMLDecodeError as error:
        raise BadDocumentError(f"{file}: шапка не читается: {error}.") from error
