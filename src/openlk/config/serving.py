"""`openlk serve`: the site on granian."""

import logging
import os
import socket
import sys
from typing import Any

from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.server.common import AbstractServer

from openlk.config.checking import check_installation
from openlk.config.logs import for_server

logger = logging.getLogger("openlk.process")

# So many wait for the bodies of requests; how many of them work at once is WORKING_THREADS of config.wsgi.
BLOCKING_THREADS = 128


def server(host: str, port: int, workers: int) -> AbstractServer[Any]:
    """The site's server, not yet started."""
    return Granian(
        target="openlk.config.wsgi:served",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_access=False,
        log_dictconfig=for_server(),
        log_level="warning",  # type: ignore[arg-type]  # granian takes the value of its enum
        respawn_failed_workers=True,
        # A request is short; what still holds a worker after this long is an idle connection.
        workers_kill_timeout=5,
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(host: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT; refuses to start when `openlk check` has something to say."""
    problems = check_installation()
    if problems:
        for problem in problems:
            print(problem, file=sys.stderr)
        return 1
    if not _is_free(host, port):
        # The server would share the port with whoever holds it, and split the visitors between two installations.
        print(f"Порт {port} на {host} занят. Остановите другую программу или задайте другой --port.", file=sys.stderr)
        return 1
    workers = max(1, len(os.sched_getaffinity(0)))
    # The server forks: a connection that the check opened must not be shared.
    connections.close_all()
    logger.info("site is served at http://%s:%s", host, port)
    server(host, port, workers).serve()
    return 0
