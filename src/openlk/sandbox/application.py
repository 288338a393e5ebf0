"""Puts the parts of the sandbox together into one web application."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from openlk.sandbox import control, gateway, messages
from openlk.sandbox.pages import FOLDER, page
from openlk.sandbox.world import World

# Each part is one module with `routes(world)`; a new one is one more module and one more name here.
_PARTS = (control, gateway, messages)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def application(world: World) -> ASGIApp:
    """The web application of this sandbox."""

    async def refused(request: Request, error: Exception) -> Response:
        return _problem(world, request, error)

    static = Mount("/static", StaticFiles(directory=FOLDER / "static"))
    listed: list[BaseRoute] = [route for part in _PARTS for route in part.routes(world)]
    return SafeHeaders(
        Starlette(
            routes=[*listed, static],
            exception_handlers={HTTPException: refused, Exception: refused},
        )
    )


def _problem(world: World, request: Request, error: Exception) -> Response:
    """A page for a person; for a script, which does not GET, JSON."""
    known = error if isinstance(error, HTTPException) else HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR)
    status, headers = known.status_code, known.headers
    if request.method not in {"GET", "HEAD"}:
        return JSONResponse({"error": HTTPStatus(status).phrase}, status_code=status, headers=headers)
    answer = page(
        "problem.html",
        status=status,
        lost=status < HTTPStatus.INTERNAL_SERVER_ERROR,
        in_messages=request.url.path.startswith("/messages/"),
        product_url=world.settings.product_url,
    )
    answer.headers.update(headers or {})
    return answer


class SafeHeaders:
    """Gives every answer the headers of _HEADERS that it has not set itself."""

    def __init__(self, wrapped: ASGIApp) -> None:
        self._wrapped = wrapped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI)."""

        async def send_safely(event: Event) -> None:
            if event["type"] == "http.response.start":
                headers = MutableHeaders(scope=event)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(event)

        await self._wrapped(scope, receive, send_safely)
