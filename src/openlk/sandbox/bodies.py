"""Reads what a script sends."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_BODY_BYTES = 64 * 1024


async def read_body(request: Request) -> bytes:
    """The whole body. Raises HTTPException 413 as soon as it grows above LARGEST_BODY_BYTES."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)
