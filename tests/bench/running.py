"""A program that is run to its end: how long it took, how much memory, what it said."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openlk.kit import clock
from tests.support.world import ROOT


@dataclass(frozen=True)
class Measured:
    """Seconds by a clock on the wall; the largest process of it and its children, in MB; its standard output."""

    seconds: float
    peak_mb: float
    output: str


def measured(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Run `python -m module`. Raises RuntimeError when it fails."""
    began = clock.monotonic()
    program = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    with program.stdout as stream:
        output = stream.read()
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {program.returncode}")
    return Measured(clock.monotonic() - began, usage.ru_maxrss / 1024, output)
