"""E-mail over SMTP."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from django.conf import settings

from openlk.kit import clock
from openlk.messages.channel import Channel, Delivery, Parcel

# For the whole exchange; smtplib's own timeout is for each read, so a timer holds it.
DEADLINE_SECONDS = 20
_PERMANENT = 500
_READY = 220
# «I am going down»: RFC 5321 §3.8.
_CLOSING = 421
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
# The look of a letter: one column, the system's font, nothing loaded from anywhere.
_SHELL = (
    '<!doctype html><html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<style>body{{font:17px/1.5 system-ui,sans-serif;color:#14202e;max-width:36em;margin:0 auto;padding:24px}}"
    "a{{color:#1a4fd0;overflow-wrap:anywhere}}hr{{border:0;border-top:1px solid #dde3ea;margin:24px 0}}"
    "hr~*{{font-size:15px;color:#4d5b6c}}</style></head><body>{body}</body></html>"
)


def _ascii_domain(address: str) -> str:
    """A Cyrillic domain as mail servers know it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


class _Folding(EmailPolicy):
    """Python 3.11 folds long Russian headers so that spaces get lost or doubled («можновойти»); Header does not."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name == "Subject" and not str(value).isascii():
            return f"{name}: {self._words(name, str(value))}{self.linesep}".encode("ascii")
        if name == "From" and not value.addresses[0].display_name.isascii():
            sender = value.addresses[0]
            words = self._words(name, sender.display_name)
            return f"{name}: {words}{self.linesep} <{sender.addr_spec}>{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)

    def _words(self, name: str, text: str) -> str:
        return Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)


def compose(parcel: Parcel) -> EmailMessage:
    """The message with its text and HTML halves."""
    message = EmailMessage(policy=_Folding())
    message["Subject"] = parcel.subject
    message["From"] = Address(parcel.sender_name, addr_spec=parcel.sender)
    message["To"] = _ascii_domain(parcel.recipient)
    message["Date"] = format_datetime(clock.wall())
    message["Message-ID"] = f"<{parcel.message_id}@{parcel.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-OpenLK-Cabinet"] = parcel.cabinet
    message.set_content(parcel.text, cte="quoted-printable")
    message.add_alternative(_SHELL.format(body=parcel.html), subtype="html", cte="quoted-printable")
    return message


def _cut(server: smtplib.SMTP) -> None:
    """The deadline passed: whatever the server is being waited for, it will not come."""
    with suppress(OSError, AttributeError):
        server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # None before the connection stands


def _talk(server: smtplib.SMTP, url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    code, greeting = server.connect(parts.hostname or "localhost", parts.port or _PORTS[parts.scheme])
    if code != _READY:
        raise smtplib.SMTPConnectError(code, greeting)
    if parts.scheme == "smtp+tls":
        server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    server.send_message(message)


def _refusal(error: smtplib.SMTPRecipientsRefused) -> Delivery:
    code, text = next(iter(error.recipients.values()))
    return Delivery("no" if code >= _PERMANENT else "unknown", f"{code} {text.decode(errors='replace')}", str(code))


def _not_now(error: OSError | smtplib.SMTPException) -> Delivery:
    """Whatever else goes wrong is tried again; only a server that turns our sender away still serves the others."""
    down = not isinstance(error, smtplib.SMTPSenderRefused) or error.smtp_code == _CLOSING
    code = str(getattr(error, "smtp_code", type(error).__name__))
    return Delivery("unknown", f"{type(error).__name__}: {error}", code, down=down)


class EmailChannel(Channel):
    """SMTP at OPENLK_EMAIL_URL: smtp://, smtp+tls:// (STARTTLS) or smtps://, with name and password if needed."""

    longest_seconds: ClassVar[float] = DEADLINE_SECONDS

    def deliver(self, parcel: Parcel) -> Delivery:
        """Send one letter within the deadline.

        Only a refused recipient or letter (5xx) is final: everything else may be our own fault, mended tomorrow.
        """
        try:
            message = compose(parcel)
        except UnicodeError as error:
            return Delivery("no", f"the address cannot be written for mail servers: {error}", "address")
        kind = smtplib.SMTP_SSL if urlsplit(settings.EMAIL_URL).scheme == "smtps" else smtplib.SMTP
        server = kind(timeout=DEADLINE_SECONDS)
        timer = threading.Timer(DEADLINE_SECONDS, _cut, [server])
        timer.start()
        try:
            _talk(server, settings.EMAIL_URL, message)
        except smtplib.SMTPRecipientsRefused as error:
            return _refusal(error)
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPDataError) as error:
            code = getattr(error, "smtp_code", _PERMANENT)
            return Delivery("no" if code >= _PERMANENT else "unknown", str(error), str(code))
        except (OSError, smtplib.SMTPException) as error:
            return _not_now(error)
        finally:
            timer.cancel()
            # Taken over is taken over: how the server says good-bye changes nothing.
            server.close()
        return Delivery("yes", code="250")
