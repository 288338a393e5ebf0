"""The CPU that the kernel has counted for a tree of processes, threads and ended children included."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_IN_SECOND = os.sysconf("SC_CLK_TCK")
# Places in /proc/<pid>/stat after the name in brackets, which may itself hold spaces and brackets (proc(5)).
_PARENT = 1
# utime, stime, and cutime, cstime: those of children that have ended and been waited for.
_TIMES = slice(11, 15)


@dataclass(frozen=True)
class _Process:
    parent: int
    ticks: int


def _processes() -> dict[int, _Process]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended since the folder was listed: its time is its parent's by now
        found[int(folder.name)] = _Process(int(fields[_PARENT]), sum(map(int, fields[_TIMES])))
    return found


def parent_of(pid: int) -> int:
    """The parent's process id. Raises KeyError when there is no such process."""
    return _processes()[pid].parent


def cpu_seconds(*roots: int) -> float:
    """User and system time so far of these processes, all that descend from them, and those of these that have ended.

    The kernel rounds every process down to 10 ms. Raises KeyError when a root has ended.
    """
    processes = _processes()
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    waiting, counted = list(roots), set[int]()
    while waiting:
        pid = waiting.pop()
        if pid not in counted:
            counted.add(pid)
            waiting += children.get(pid, ())
    return sum(processes[pid].ticks for pid in counted) / _TICKS_IN_SECOND
