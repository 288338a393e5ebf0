"""An outbox in a test's hands: a post that answers as it is told, messages written, tries counted."""

from datetime import datetime

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.messages.actions import queue
from openlk.messages.channel import Channel, Delivery, Parcel
from openlk.messages.models import Message
from openlk.messages.sending import send_due
from tests.support.stage import Wall

VALUES = {"number": "123456789"}
SECRETS = {"code": "48215993"}
ANNA = "anna@example.org"


class Post:
    """Takes parcels instead of a mail server, and answers as it is told."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.answers: list[Delivery] = []

    def channels(self, *_: object) -> dict[str, type[Channel]]:
        """What discovery would give."""
        post = self

        class Taking(Channel):
            def deliver(self, parcel: Parcel) -> Delivery:
                post.parcels.append(parcel)
                return post.answers.pop(0) if post.answers else Delivery("yes")

        return {"email": Taking, "sms": Taking}


class World:
    """The part of a running sandbox that these tests use; the fixture gives the real one."""

    def messages(self, **fields: str) -> list[dict[str, str]]:
        """What has arrived, the newest first."""
        raise NotImplementedError

    def post(self, path: str, body: object) -> object:
        """Change how it behaves."""
        raise NotImplementedError


def write(
    cabinet: Cabinet,
    recipient: str = ANNA,
    letter: str = "support_received",
    *,
    key: str = "",
    expires_at: datetime | None = None,
    decoy: bool = False,
) -> None:
    """Put one letter into the outbox, with a number and a secret code."""
    with scope(cabinet), transaction.atomic():
        queue("email", recipient, letter, VALUES, secrets=SECRETS, key=key, expires_at=expires_at, decoy=decoy)


def messages(cabinet: Cabinet) -> list[Message]:
    """What lies in the outbox, in the order of writing."""
    with scope(cabinet):
        return list(Message.objects.order_by("pk"))


def message(cabinet: Cabinet) -> Message:
    """The only one."""
    (found,) = messages(cabinet)
    return found


def delays(post: Post, cabinet: Cabinet, wall: Wall, tries: int) -> list[float]:
    """Let the only message fail so many times; how many seconds it waited after each."""
    waited = []
    for _ in range(tries):
        post.answers = [Delivery("unknown", "later")]
        assert send_due(cabinet) == 1
        waited.append((message(cabinet).due_at - wall.at).total_seconds())
        assert send_due(cabinet) == 0, "not before it is due"
        wall.at = message(cabinet).due_at
    return waited
