"""The SMS gateway: takes a message for a telephone over HTTP."""

import asyncio
import hmac
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from openlk.kit.invalid import Invalid
from openlk.kit.phone import parse_phone
from openlk.sandbox.bodies import read_body
from openlk.sandbox.segments import segments
from openlk.sandbox.store import Message
from openlk.sandbox.world import World

MOST_SEGMENTS = 10
LONGEST_SILENCE_SECONDS = 30
_WEB_PAGE = "<!doctype html><title>Maintenance</title><h1>The gateway is being repaired</h1>"


class Sms(BaseModel):
    """The body of a request to send. `id` is the sender's; the same id again is the same message."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    to: Annotated[str, StringConstraints(max_length=20)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    cabinet: Annotated[str, StringConstraints(max_length=100)] = ""


def routes(world: World) -> list[BaseRoute]:
    """The addresses of the gateway."""

    async def send(request: Request) -> Response:
        return await _send(world, request)

    return [Route("/sms/send", send, methods=["POST"])]


async def _send(world: World, request: Request) -> Response:
    if not _knows_token(request, world.settings.sms_token):
        return _error(401, "wrong or absent bearer token")
    mode = world.faults.mode("sms")
    fault = _fault(mode)
    if fault is not None:
        return fault
    try:
        sms = _parse(await read_body(request))
    except Invalid as problem:
        return _error(400, str(problem))
    world.store.add([Message("sms", sms.to, sms.text, cabinet=sms.cabinet)], gateway_id=sms.id)
    if mode == "timeout_after_accept":
        await _keep_silent(world, request)
        return _error(504, "the answer came too late (fault mode)")
    return JSONResponse({"id": sms.id, "status": "accepted"})


def _fault(mode: str) -> Response | None:
    """The answer of a gateway that stores nothing in this mode."""
    if mode == "refuse":
        return _error(422, "the number is barred (fault mode)")
    if mode == "error":
        return _error(500, "the gateway is broken (fault mode)")
    return HTMLResponse(_WEB_PAGE) if mode == "html" else None


def _knows_token(request: Request, token: str) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {token}".encode())


def _parse(body: bytes) -> Sms:
    """The SMS in this body. Raises Invalid with an English sentence for the engineer at the other end."""
    try:
        sms = Sms.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "body"
        raise Invalid(f"{place}: {first['msg']}") from error
    try:
        number = parse_phone(sms.to)
    except Invalid as error:
        raise Invalid("to: not a Russian telephone number") from error
    if number != sms.to:
        raise Invalid(f"to: not in E.164, write {number}")
    count = segments(sms.text)
    if count > MOST_SEGMENTS:
        raise Invalid(f"text: takes {count} segments, the limit is {MOST_SEGMENTS}")
    return sms


async def _keep_silent(world: World, request: Request) -> None:
    """Wait until the client has gone, at most LONGEST_SILENCE_SECONDS, and no longer than the sandbox lives."""
    gone = asyncio.create_task(_gone(request))
    stopping = asyncio.create_task(world.stopping.wait())
    await asyncio.wait({gone, stopping}, timeout=LONGEST_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    stopping.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status)
