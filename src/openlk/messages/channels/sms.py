"""SMS through an HTTP gateway."""

from typing import ClassVar
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings

from openlk.kit.http import post_json
from openlk.messages.channel import Channel, Delivery, Parcel

DEADLINE_SECONDS = 15
# The gateway read the message and will not take it.
_REFUSED = frozenset({400, 422})


class SmsChannel(Channel):
    """The gateway at OPENLK_SMS_URL (`https://token@host/path`): JSON id, to (E.164), text; `id` drops repeats."""

    longest_seconds: ClassVar[float] = DEADLINE_SECONDS

    def deliver(self, parcel: Parcel) -> Delivery:
        """Hand one SMS over; what the gateway itself refuses (400, 422) is final."""
        parts = urlsplit(settings.SMS_URL)
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        body = {
            "id": parcel.message_id,
            "to": parcel.recipient,
            "text": parcel.text,
            "cabinet": parcel.cabinet,
        }
        headers = {"Authorization": f"Bearer {unquote(parts.username or '')}"}
        answer = post_json(address, body, deadline_seconds=DEADLINE_SECONDS, headers=headers)
        code = f"HTTP {answer.status}" if answer.status else "no answer"
        if answer.outcome == "yes" or (answer.outcome == "no" and answer.status in _REFUSED):
            return Delivery(answer.outcome, answer.detail, code)
        # A wrong token or path is ours to mend, and no reason to lose the message.
        return Delivery("unknown", answer.detail, code, down=True)
