"""The kernel's counting is what the whole measurement stands on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.accounting import cpu_seconds, parent_of

BUSY_SECONDS = 0.5
# Both say when they are done, and then stay until their input ends.
ALONE = f"""
import sys, time
while time.process_time() < {BUSY_SECONDS}: pass
print("done", flush=True); sys.stdin.read()
"""
THROUGH_AN_ENDED_CHILD = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < {BUSY_SECONDS}: pass"], check=True)
print("done", flush=True); sys.stdin.read()
"""
THROUGH_A_LIVING_CHILD = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {ALONE!r}], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
child.stdout.readline(); print("done", flush=True); sys.stdin.read()
"""
IDLE = """
import sys, time
time.sleep(0.3); print("done", flush=True); sys.stdin.read()
"""
# Starting an interpreter costs; the loops count it as theirs, a parent of one has its own beside it.
INTERPRETER_SECONDS = 0.1


@contextmanager
def _done(source: str) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        yield process.pid


def test_a_busy_loop_is_measured_within_a_fifth() -> None:
    with _done(ALONE) as pid:
        assert cpu_seconds(pid) == pytest.approx(BUSY_SECONDS, rel=0.2)


@pytest.mark.parametrize("source", [THROUGH_AN_ENDED_CHILD, THROUGH_A_LIVING_CHILD])
def test_what_children_spend_is_their_parents(source: str) -> None:
    with _done(source) as pid:
        spent = cpu_seconds(pid)
    assert BUSY_SECONDS * 0.8 <= spent <= BUSY_SECONDS * 1.2 + INTERPRETER_SECONDS


def test_waiting_costs_nothing() -> None:
    with _done(IDLE) as pid:
        assert cpu_seconds(pid) <= INTERPRETER_SECONDS


def test_a_process_inside_another_tree_is_counted_once() -> None:
    with _done(ALONE) as pid:
        assert cpu_seconds(pid, parent_of(pid)) == pytest.approx(cpu_seconds(parent_of(pid)), abs=0.1)


def test_an_ended_process_is_no_zero() -> None:
    with _done(IDLE) as pid:
        pass
    with pytest.raises(KeyError):
        cpu_seconds(pid)
