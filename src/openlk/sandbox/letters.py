"""Reads a letter as it came over the wire (RFC 5322, MIME)."""

from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

CABINET_HEADER = "X-OpenLK-Cabinet"
# Python's parser of address headers stumbles over malformed ones (IndexError); as plain text every header is readable.
_POLICY = default.clone(header_factory=HeaderRegistry(use_default_map=False))


@dataclass(frozen=True)
class Letter:
    """What a person reads of a letter; what it does not have is empty. Attachments are left out."""

    sender: str
    subject: str
    text: str
    html: str
    cabinet: str


def parse_letter(raw: bytes) -> Letter:
    """The letter in these bytes; what cannot be decoded is shown with replacement characters, never refused.

    Only parts nested hundreds deep are refused, with RecursionError.
    """
    message = BytesParser(EmailMessage, policy=_POLICY).parsebytes(raw)
    return Letter(
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        text=_first_part(message, "text/plain"),
        html=_first_part(message, "text/html"),
        cabinet=_header(message, CABINET_HEADER),
    )


def _header(message: EmailMessage, name: str) -> str:
    return _clean(" ".join(str(message.get(name, "")).split()))


def _first_part(message: EmailMessage, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            return _decoded(part)
    return ""


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), errors="replace")
    except (LookupError, ValueError, TypeError):  # a charset unknown to Python, or a name that is none
        text = content.decode("utf-8", errors="replace")
    return _clean(text.replace("\r\n", "\n"))


def _clean(text: str) -> str:
    """Without lone surrogates, which no database takes, and zero bytes, which no page can show."""
    return text.encode("utf-8", errors="replace").decode().replace("\0", "")
