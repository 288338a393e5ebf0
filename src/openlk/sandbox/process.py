"""One process: the mail server and the web server, until a signal ends both."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn

from openlk.sandbox.application import application
from openlk.sandbox.mail import mail_server
from openlk.sandbox.store import Store
from openlk.sandbox.world import Settings, World

# Both servers must be gone 2 s after the signal; uvicorn looks for it ten times a second.
_GRACE_SECONDS = 1


class PortTakenError(Exception):
    """Somebody else listens there; the message is a Russian sentence that says what to do."""


class _WebServer(uvicorn.Server):
    """uvicorn that leaves the signals to the process and says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again after its own shutdown and kill the process half-way.
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises PortTakenError."""
    with (
        _listening(settings.host, settings.port, "--port") as web,
        _listening(settings.host, settings.smtp_port, "--smtp-port") as mail,
        closing(Store(settings.data)) as store,
    ):
        world = World(settings, store)
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, world.stopping.set)
        smtp = await loop.create_server(lambda: mail_server(world), sock=mail)
        server = _WebServer(_web_config(world), lambda: _say_ready(web, mail))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([web]))
            await world.stopping.wait()
            smtp.close()
            server.should_exit = True


def _web_config(world: World) -> uvicorn.Config:
    return uvicorn.Config(
        application(world),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _listening(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio switches Nagle's delay off; otherwise every answer takes 40 ms longer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"Не удалось занять {host}:{port} ({error.strerror}). Освободите порт или задайте другой: {option}."
        ) from error
    return listening


def _say_ready(web: socket.socket, mail: socket.socket) -> None:
    sys.stderr.write(f"Песочница готова: http://{_address(web)}/messages, почта {_address(mail)}\n")
    sys.stderr.flush()


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
