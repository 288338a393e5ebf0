"""Writing messages into the outbox."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from openlk.cabinets.models import insert
from openlk.kit import clock
from openlk.kit.sealed import seal
from openlk.messages.models import SEAL, Message


def queue(
    channel: str,
    recipient: str,
    letter: str,
    values: Mapping[str, str],
    *,
    secrets: Mapping[str, str] | None = None,
    key: str = "",
    expires_at: datetime | None = None,
    decoy: bool = False,
) -> None:
    """Put one message into the outbox in the caller's transaction; it is rendered and sent by the worker.

    Values and `secrets` fill the letter and are sealed at rest. A second message with the same `key` is not written.
    After `expires_at` it is not sent any more; a `decoy` never is, and costs the same.
    """
    now = clock.wall()
    message = Message(
        channel=channel,
        recipient=recipient,
        letter=letter,
        sealed=seal({**values, **(secrets or {})}, SEAL),
        message_id=uuid4().hex,
        key=key,
        state="decoy" if decoy else "queued",
        created_at=now,
        due_at=now,
        expires_at=expires_at,
    )
    # ON CONFLICT DO NOTHING: the caller's transaction goes on, whoever else has written this key.
    insert([message], once=True)
