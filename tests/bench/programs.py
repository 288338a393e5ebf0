"""The processes that are measured: started on free ports, stopped with everything they started."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from openlk.kit import clock
from tests.bench.client import Client, Visitor
from tests.support.world import ROOT, free_port

OK = 200
READY_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 10.0
_POLL_SECONDS = 0.1

Program = subprocess.Popen[str]


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def _start(module: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> Program:
    with log.open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def _stop(program: Program) -> None:
    program.terminate()
    try:
        program.communicate(timeout=STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()


def run(module: str, arguments: list[str], environment: Mapping[str, str]) -> None:
    """A program that ends by itself. Raises CalledProcessError when it fails."""
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=_environment(environment), check=True)


@contextmanager
def running(module: str, arguments: list[str], log: Path) -> Iterator[Program]:
    """A program that reads lines and answers them."""
    program = _start(module, arguments, {}, log)
    try:
        yield program
    finally:
        _stop(program)


@contextmanager
def serving(
    module: str, arguments: list[str], environment: Mapping[str, str], page: str, log: Path
) -> Iterator[tuple[Program, int]]:
    """A server and its port, which takes the place of PORT in the arguments; ready when `page` answers 200."""
    port = free_port()
    program = _start(module, [each.replace("PORT", str(port)) for each in arguments], environment, log)
    try:
        _wait_ready(program, Client(port), page, log)
        yield program, port
    finally:
        _stop(program)


def _wait_ready(program: Program, client: Client, page: str, log: Path) -> None:
    deadline = clock.monotonic() + READY_WITHIN_SECONDS
    while clock.monotonic() < deadline and program.poll() is None:
        try:
            client.reconnect()
            if client.get(page, Visitor("127.0.0.1")).status == OK:
                return
        except OSError:
            pass  # it does not listen yet
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"{page} does not answer:\n{log.read_text(errors='replace')}")
