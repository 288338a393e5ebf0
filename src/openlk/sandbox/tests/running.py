"""A real sandbox process on free ports."""

import json
import os
import re
import smtplib
import subprocess
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import urllib3

PRODUCT_URL = "http://localhost:8123"
TOKEN = "token-of-the-tests"  # not a secret: it lives as long as one test run
STOP_SECONDS = 2
_SOURCE = Path(__file__).parents[3]
_READY = re.compile(r"http://127\.0\.0\.1:(\d+)/messages, почта 127\.0\.0\.1:(\d+)\n")


@dataclass
class RunningSandbox:
    """One process and the ways to speak with it."""

    process: subprocess.Popen[str]
    url: str
    smtp_port: int
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=10))

    def get(self, path: str, fields: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        """GET without following redirects."""
        return self.http.request("GET", self.url + path, fields=fields, redirect=False)

    def page(self, path: str) -> str:
        """The HTML of a page that must exist."""
        answer = self.get(path)
        assert answer.status == 200, path
        return answer.data.decode()

    def messages(self, **fields: str) -> list[dict[str, str]]:
        """`/messages.json` with these filters."""
        answer = self.get("/messages.json", fields)
        assert answer.status == 200
        found: list[dict[str, str]] = answer.json()
        return found

    def post(self, path: str, body: object, token: str = TOKEN) -> urllib3.BaseHTTPResponse:
        """POST JSON; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.request("POST", self.url + path, body=raw, headers={"Authorization": f"Bearer {token}"})

    def send_sms(self, message_id: str, to: str, text: str = "Код: 4821", cabinet: str = "uk") -> int:
        """The status of the gateway's answer."""
        return self.post("/sms/send", {"id": message_id, "to": to, "text": text, "cabinet": cabinet}).status

    def send_letter(self, message: EmailMessage) -> None:
        """Over SMTP, to all in its To."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as server:
            server.send_message(message)

    def send_bytes(self, recipients: list[str], raw: bytes) -> None:
        """A letter just as its bytes are."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as server:
            server.sendmail("noreply@profcards.example", recipients, raw)

    def stop(self, ending: int) -> tuple[int, str]:
        """The exit code and what else was said on stderr. Fails when the process is not gone in time."""
        self.process.send_signal(ending)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert self.process.stderr is not None
        with self.process.stderr as rest:
            return code, rest.read()


def start_sandbox(data: Path, *options: str) -> RunningSandbox:
    """Start a process and wait for its line."""
    command = [sys.executable, "-m", "openlk.sandbox", "--port", "0", "--smtp-port", "0", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--product-url", PRODUCT_URL, *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_SOURCE), "SANDBOX_SMS_TOKEN": TOKEN, "PYTHONUTF8": "1"},
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    ready = _READY.search(line)
    if ready is None:
        process.kill()
        process.wait()
        raise AssertionError(line + process.stderr.read())
    return RunningSandbox(process, f"http://127.0.0.1:{ready[1]}", int(ready[2]))


def letter(
    to: str, subject: str = "Кабинет создан", text: str = "Логин: 66014238175\n", html: str = ""
) -> EmailMessage:
    """A letter as the product sends it."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Профкардс <noreply@profcards.example>"
    message["To"] = to
    message["X-OpenLK-Cabinet"] = "profcards"
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="base64")
    return message
