"""E-mail over SMTP."""

import smtplib
import ssl
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from openlk.kit import clock
from openlk.messages.channel import Channel, Delivery, Parcel

DEADLINE_SECONDS = 20
_PERMANENT = 500
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


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=DEADLINE_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=DEADLINE_SECONDS)
        if parts.scheme == "smtp+tls":
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


class EmailChannel(Channel):
    """SMTP at OPENLK_EMAIL_URL: smtp://, smtp+tls:// (STARTTLS) or smtps://, with name and password if needed."""

    def deliver(self, parcel: Parcel) -> Delivery:
        """Send one letter; a 4xx answer or a broken connection is to be tried again, a 5xx is final."""
        message = compose(parcel)
        try:
            with _connect(settings.EMAIL_URL) as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return Delivery("no" if code >= _PERMANENT else "unknown", f"{code} {text.decode(errors='replace')}")
        except smtplib.SMTPNotSupportedError as error:
            return Delivery("no", f"the mail server does not take such an address: {error}")
        except smtplib.SMTPResponseException as error:
            return Delivery("no" if error.smtp_code >= _PERMANENT else "unknown", str(error))
        except (OSError, smtplib.SMTPException) as error:
            return Delivery("unknown", f"{type(error).__name__}: {error}")
        return Delivery("yes")
