"""Calls at the same time, for race tests."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")

TOGETHER_WITHIN_SECONDS = 30.0


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """What each call returned or raised, in their order; all begin together, each in a thread with own connections."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result | Exception:
        try:
            barrier.wait(TOGETHER_WITHIN_SECONDS)
            return call()
        except Exception as error:  # noqa: BLE001 -- what a call raises is its result here
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
