"""What a way of delivery must give."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Parcel:
    """One message ready to go. `message_id` is the same at every attempt, so that a receiver can drop repeats."""

    message_id: str
    cabinet: str
    sender_name: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Delivery:
    """yes: taken over by the channel; no: refused for good; unknown: try again later.

    `detail` may quote the other side, `code` names the answer and nobody. `down`: it was not about this message, the
    channel as a whole does not answer; it then rests for a few seconds.
    """

    outcome: Literal["yes", "no", "unknown"]
    detail: str = ""
    code: str = ""
    down: bool = False


class Channel(ABC):
    """A way of delivery. The module's name is the channel's key."""

    # A delivery ends within this time; what would expire meanwhile is not begun.
    longest_seconds: ClassVar[float] = 20

    @abstractmethod
    def deliver(self, parcel: Parcel) -> Delivery:
        """Hand one message over. Never raises for what the other side does; always ends within its deadline."""
