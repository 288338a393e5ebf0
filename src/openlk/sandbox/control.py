"""The sandbox's own controls: is it alive, and how should it misbehave."""

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openlk.sandbox.bodies import read_body
from openlk.sandbox.faults import UnknownFaultError
from openlk.sandbox.world import World

_MODES = TypeAdapter(dict[str, str])


def routes(world: World) -> list[BaseRoute]:
    """The addresses of the controls."""

    async def healthy(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def first_page(_request: Request) -> Response:
        return RedirectResponse("/messages", status_code=302)

    async def show_faults(_request: Request) -> Response:
        return JSONResponse(world.faults.modes())

    async def change_faults(request: Request) -> Response:
        try:
            world.faults.change(_MODES.validate_json(await read_body(request), strict=True))
        except ValidationError:
            return JSONResponse({"error": 'expected a JSON object such as {"sms": "refuse"}'}, status_code=400)
        except UnknownFaultError as problem:
            return JSONResponse({"error": str(problem)}, status_code=400)
        return JSONResponse(world.faults.modes())

    return [
        Route("/", first_page),
        Route("/healthz", healthy),
        Route("/faults", show_faults, methods=["GET"]),
        Route("/faults", change_faults, methods=["POST"]),
    ]
