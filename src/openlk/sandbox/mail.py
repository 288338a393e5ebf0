"""The mail server: takes every letter and delivers it to the sandbox's mailbox."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from openlk.sandbox.letters import parse_letter
from openlk.sandbox.store import Message, canonical_recipient
from openlk.sandbox.world import World

LARGEST_LETTER_BYTES = 2 * 1024 * 1024
MOST_RECIPIENTS = 100  # RFC 5321 §4.5.3.1.8
_HOST_NAME = "sandbox.localhost"  # given, because aiosmtpd would otherwise ask DNS
_REFUSALS = {
    "refuse": "550 5.1.1 No such mailbox (fault mode)",
    "later": "451 4.7.1 Greylisted, come later (fault mode)",
}


class Mailman:
    """Answers the mail server's questions about recipients and letters."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(  # noqa: N802  the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take any recipient, unless a fault mode says otherwise."""
        refusal = _REFUSALS.get(self._world.faults.mode("smtp"))
        if refusal is not None:
            return refusal
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store one message for each recipient."""
        self._deliver(envelope)
        if self._world.faults.mode("smtp") == "drop" and server.transport is not None:
            server.transport.close()
            # aiosmtpd cancels this coroutine once the connection is gone, so the answer is never written.
            await asyncio.sleep(1)
        return "250 2.0.0 OK"

    def _deliver(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        letter = parse_letter(content)
        recipients = dict.fromkeys(canonical_recipient(_decodable(address)) for address in envelope.rcpt_tos)
        self._world.store.add(
            [
                Message(
                    channel="email",
                    recipient=recipient,
                    text=letter.text,
                    sender=letter.sender,
                    subject=letter.subject,
                    html=letter.html,
                    cabinet=letter.cabinet,
                )
                for recipient in recipients
            ]
        )


def _decodable(address: str) -> str:
    """The address without the surrogates, as which aiosmtpd carries bytes that are not UTF-8."""
    return address.encode("utf-8", errors="replace").decode()


def mail_server(world: World) -> SMTP:
    """The protocol of one incoming SMTP connection."""
    return SMTP(
        Mailman(world),
        hostname=_HOST_NAME,
        ident="OpenLK sandbox",
        data_size_limit=LARGEST_LETTER_BYTES,
        enable_SMTPUTF8=True,
    )
