"""`openlk demo`: site, worker and sandbox with the sample worlds, in one process tree."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.config.preparing import prepare
from openlk.config.sample import load_sample, people_of
from openlk.kit import clock
from openlk.kit.http import get_json
from openlk.kit.stopping import StopSignal

READY_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 20.0
_POLL_SECONDS = 0.2

Child = subprocess.Popen[bytes]


def _commands() -> dict[str, list[str]]:
    port = settings.PORT
    openlk = [sys.executable, "-m", "openlk.config"]
    sandbox = [sys.executable, "-m", "openlk.sandbox", "--port", str(port + 1), "--smtp-port", str(port + 2)]
    return {
        "sandbox": [*sandbox, "--data", str(settings.DATA), "--product-url", settings.PUBLIC_URL],
        "worker": [*openlk, "worker"],
        "site": [*openlk, "serve", "--port", str(port)],
    }


def _taken_ports() -> list[int]:
    taken = []
    for port in (settings.PORT, settings.PORT + 1, settings.PORT + 2):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(port)
    return taken


def _stop(children: dict[str, Child]) -> None:
    for child in reversed(children.values()):
        if child.poll() is None:
            child.terminate()
    deadline = clock.monotonic() + STOP_WITHIN_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - clock.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _process_tree() -> Iterator[dict[str, Child]]:
    children: dict[str, Child] = {}
    try:
        for name, command in _commands().items():
            # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
            children[name] = subprocess.Popen(command, start_new_session=True)  # noqa: S603 -- our own commands
        yield children
    finally:
        _stop(children)


def _dead(children: dict[str, Child]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def _wait_ready(children: dict[str, Child], stop: StopSignal) -> bool:
    address = f"http://127.0.0.1:{settings.PORT}/readyz"
    deadline = clock.monotonic() + READY_WITHIN_SECONDS
    answer = None
    while clock.monotonic() < deadline and not stop.is_set() and _dead(children) is None:
        answer = get_json(address, deadline_seconds=3)
        if answer.outcome == "yes":
            return True
        stop.wait(_POLL_SECONDS)
    if not stop.is_set():
        print(f"Демо не запустилось: {answer.detail if answer else ''} {_dead(children) or ''}", file=sys.stderr)
    return False


def _people(cabinet: Cabinet) -> Iterator[str]:
    people = people_of(cabinet)
    for person in people.get("person", ()):
        yield f"    вход: логин {person['number']}, пароль {person['password']} — {person['note']}"
    yield f"    регистрация: {settings.PUBLIC_URL}/{cabinet.slug}/register"
    for person in people.get("try", ()):
        yield f"      {person['full_name']}, номер {person['number']} — {person['note']}"


def _hints() -> Iterator[str]:
    yield ""
    yield f"Кабинеты: {settings.PUBLIC_URL}/"
    for cabinet in cabinets().values():
        yield f"  {cabinet.profile.name}: {settings.PUBLIC_URL}/{cabinet.slug}/"
        yield from _people(cabinet)
    sandbox = f"http://localhost:{settings.PORT + 1}/messages"
    yield f"Письма и SMS, которые уходят из демо: {sandbox}"
    yield "Остановить: Ctrl-C"


def run_demo() -> int:
    """Prepare the data folder, start everything, say what to open, and stay until told to stop."""
    started = clock.monotonic()
    if settings.MODE != "demo":
        print("openlk demo работает только с OPENLK_MODE=demo.", file=sys.stderr)
        return 1
    taken = _taken_ports()
    if taken:
        numbers = ", ".join(str(port) for port in taken)
        print(f"Порт занят: {numbers}. Остановите другую программу или задайте другой: PORT=9000", file=sys.stderr)
        return 1
    stop = StopSignal().listen()
    prepare()
    for cabinet in cabinets().values():
        load_sample(cabinet)
    connections.close_all()
    with _process_tree() as children:
        if not _wait_ready(children, stop):
            return 0 if stop.is_set() else 1
        print("\n".join(_hints()))
        print(f"Готово за {clock.monotonic() - started:.1f} с.", flush=True)
        while not stop.is_set():
            dead = _dead(children)
            if dead:
                print(f"Процесс «{dead}» остановился: останавливаем всё.", file=sys.stderr)
                return 1
            stop.wait(_POLL_SECONDS)
    return 0
