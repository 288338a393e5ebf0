"""The telephone and the mailbox: pages for people, JSON for scripts."""

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from openlk.sandbox.pages import page
from openlk.sandbox.store import CHANNELS, Message, canonical_recipient
from openlk.sandbox.world import World

MOST_ON_PAGE = 200
MOST_IN_CONVERSATION = 3

# The letter comes from outside: nothing in it runs, loads or sends; its links open beside the sandbox.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_LINKS_BESIDE = '<base target="_blank">'
_BEFORE_CONTENT = re.compile(r"(?is)\A\s*(?:<!doctype[^>]*>)?\s*(?:<html[^>]*>)?\s*(?:<head[^>]*>)?")


@dataclass(frozen=True)
class Conversation:
    """The newest SMS of one number, newest first, and how many older ones are not shown."""

    number: str
    messages: list[Message]
    hidden: int


@dataclass(frozen=True)
class Filter:
    """Which messages were asked for; an empty value does not filter."""

    recipient: str
    channel: str
    cabinet: str


def routes(world: World) -> list[BaseRoute]:
    """The addresses of the telephone and the mailbox."""

    async def listed(request: Request) -> Response:
        return _listed(world, request)

    async def overview(request: Request) -> Response:
        return _overview(world, request)

    async def letter(request: Request) -> Response:
        message = _wanted(world, request)
        return page("letter.html", message=message, product_url=world.settings.product_url)

    async def letter_html(request: Request) -> Response:
        return _letter_html(_wanted(world, request))

    return [
        Route("/messages.json", listed),
        Route("/messages", overview),
        Route("/messages/{id}", letter),
        Route("/messages/{id}/html", letter_html),
    ]


def _filter(request: Request) -> Filter:
    """What the query asks for. Neither a number nor an address holds a space: there it was a plus sign."""
    query = request.query_params
    return Filter(query.get("to", "").replace(" ", "+"), query.get("channel", ""), query.get("cabinet", ""))


def _listed(world: World, request: Request) -> Response:
    wanted = _filter(request)
    if wanted.channel not in {"", *CHANNELS}:
        return JSONResponse({"error": f"channel: expected one of: {', '.join(CHANNELS)}"}, status_code=400)
    found = world.store.find(wanted.recipient, wanted.channel, wanted.cabinet)
    return JSONResponse([_as_json(message) for message in found])


def _as_json(message: Message) -> dict[str, str]:
    return {
        "id": message.id,
        "channel": message.channel,
        "to": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "cabinet": message.cabinet,
        "sent_at": message.sent_at.isoformat(timespec="milliseconds"),
    }


def _overview(world: World, request: Request) -> Response:
    asked = request.query_params
    channel = asked.get("channel", "") if asked.get("channel") in CHANNELS else ""
    recipient = canonical_recipient(asked.get("to", ""))
    shown = [only for only in CHANNELS if channel in {"", only}]
    found = {only: world.store.find(recipient, only, limit=MOST_ON_PAGE) for only in shown}
    one_number = bool(recipient) and channel == "sms"
    return page(
        "messages.html",
        recipient=asked.get("to", "").strip(),
        channel=channel,
        filtered=bool(recipient or channel),
        conversations=_conversations(found.get("sms", []), MOST_ON_PAGE if one_number else MOST_IN_CONVERSATION),
        letters=found.get("email", []),
        most=MOST_ON_PAGE,
        here=str(request.url.replace(scheme="", netloc="")),
        product_url=world.settings.product_url,
    )


def _conversations(messages: list[Message], most: int) -> list[Conversation]:
    """By number, the one with the newest SMS first, at most `most` SMS of each."""
    by_number: dict[str, list[Message]] = {}
    for message in messages:
        by_number.setdefault(message.recipient, []).append(message)
    return [Conversation(number, own[:most], max(0, len(own) - most)) for number, own in by_number.items()]


def _wanted(world: World, request: Request) -> Message:
    message = world.store.one(request.path_params["id"])
    if message is None:
        raise HTTPException(404)
    return message


def _letter_html(message: Message) -> Response:
    if not message.html:
        raise HTTPException(404)
    start = _BEFORE_CONTENT.match(message.html)
    place = start.end() if start else 0
    html = message.html[:place] + _LINKS_BESIDE + message.html[place:]
    return HTMLResponse(html, headers={"Content-Security-Policy": _LETTER_POLICY})
