"""Where the messages lie: one SQLite file, which outlives the process."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args
from uuid import uuid4

from openlk.kit import clock
from openlk.kit.email import parse_email
from openlk.kit.invalid import Invalid
from openlk.kit.phone import parse_phone

FILE_NAME = "sandbox.sqlite3"
MOST_KEPT = 5_000
MOST_LISTED = 1_000

Channel = Literal["sms", "email"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    gateway_id TEXT UNIQUE,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    cabinet TEXT NOT NULL,
    sent_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);
CREATE INDEX IF NOT EXISTS message_channel ON message (channel, number);
"""
_COLUMNS = "id, channel, recipient, sender, subject, text, html, cabinet, sent_at"
_INSERT = """
INSERT INTO message (gateway_id, id, channel, recipient, sender, subject, text, html, cabinet, sent_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gateway_id) DO NOTHING
"""
_DROP_OLDEST = """
DELETE FROM message WHERE number <= (SELECT number FROM message ORDER BY number DESC LIMIT 1 OFFSET ?)
"""
# One fixed statement for every filter: an empty value does not filter.
_FIND = f"""
SELECT {_COLUMNS} FROM message
WHERE (:recipient = '' OR recipient = :recipient)
  AND (:channel = '' OR channel = :channel)
  AND (:cabinet = '' OR cabinet = :cabinet)
ORDER BY number DESC LIMIT :limit
"""  # noqa: S608  the columns are ours


@dataclass(frozen=True)
class Message:
    """One SMS or one letter as one recipient got it; `sent_at` is the moment it came in, UTC."""

    channel: Channel
    recipient: str
    text: str
    sender: str = ""
    subject: str = ""
    html: str = ""
    cabinet: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)
    sent_at: datetime = field(default_factory=clock.wall)


def canonical_recipient(text: str) -> str:
    """The one written form of a recipient: E.164, or an e-mail address in lower case.

    Anything else comes back in lower case: a mail server takes letters to `root@localhost` too.
    """
    if "@" not in text:
        try:
            return parse_phone(text)
        except Invalid:
            return text.strip().lower()
    try:
        return parse_email(text)
    except Invalid:
        return text.strip().lower()


class Store:
    """The newest messages, at most MOST_KEPT of them.

    Not for several threads: the event loop owns it, and every call takes a few milliseconds at most.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / FILE_NAME)
        self._database.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing so; only a power cut could take the last messages of a demo.
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def add(self, messages: Sequence[Message], gateway_id: str | None = None) -> None:
        """Keep these messages, all or none; the oldest above MOST_KEPT go.

        A message whose `gateway_id` is kept already is not stored again.
        """
        rows = [
            (
                gateway_id,
                message.id,
                message.channel,
                message.recipient,
                message.sender,
                message.subject,
                message.text,
                message.html,
                message.cabinet,
                message.sent_at.isoformat(timespec="milliseconds"),
            )
            for message in messages
        ]
        with self._database:
            self._database.executemany(_INSERT, rows)
            self._database.execute(_DROP_OLDEST, (MOST_KEPT,))

    def find(
        self, recipient: str = "", channel: str = "", cabinet: str = "", limit: int = MOST_LISTED
    ) -> list[Message]:
        """The newest messages that fit, newest first; an empty value does not filter."""
        values = {
            "recipient": canonical_recipient(recipient),
            "channel": channel,
            "cabinet": cabinet,
            "limit": limit,
        }
        return [_message(row) for row in self._database.execute(_FIND, values)]

    def one(self, message_id: str) -> Message | None:
        """The message with this id, if it is still kept."""
        found = self._database.execute(
            f"SELECT {_COLUMNS} FROM message WHERE id = ?",  # noqa: S608  the columns are ours
            (message_id,),
        ).fetchone()
        return None if found is None else _message(found)


def _message(row: tuple[str, ...]) -> Message:
    message_id, channel, recipient, sender, subject, text, html, cabinet, sent_at = row
    known = next(known for known in CHANNELS if known == channel)
    return Message(known, recipient, text, sender, subject, html, cabinet, message_id, datetime.fromisoformat(sent_at))
