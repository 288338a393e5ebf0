"""Where the processes of one installation leave their counts, so that any of them can tell those of all.

A started command (`serve` with all its processes, `worker`) has a folder of its own under `metrics` in the data folder,
and holds a lock in it as long as one of its processes lives. prometheus-client maps one file per process there.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from openlk.config.environment import data_folder

FOLDER = "metrics"
_LOCK = "lock"


@dataclass(frozen=True)
class Started:
    """A running command: `site` or `worker`, its folder, and the ids of its processes that count."""

    role: str
    folder: Path
    pids: tuple[int, ...]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    descriptor = os.open(root / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lives(folder: Path) -> bool:
    """Whether somebody holds the folder's lock. A lock, not a pid: pids repeat, and containers have their own."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def begin(role: str) -> Path:
    """Make this command's folder, and remove those of commands that are no more.

    Call it before anything that counts is imported: prometheus-client looks at the variable when it is loaded.
    """
    root = data_folder() / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        for old in root.iterdir():
            if old.is_dir() and not _lives(old):
                shutil.rmtree(old, ignore_errors=True)
        mine = root / f"{role}-{os.getpid()}-{secrets.token_hex(3)}"
        mine.mkdir()
        # Never closed here: it is held until the last process of this command has ended, forked ones included.
        fcntl.flock(os.open(mine / _LOCK, os.O_CREAT | os.O_RDWR, 0o600), fcntl.LOCK_EX)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(mine)
    return mine


def _pids(folder: Path) -> tuple[int, ...]:
    main = int(folder.name.split("-")[1])
    counting = {int(file.stem.rpartition("_")[2]) for file in folder.glob("*.db")}
    return tuple(sorted({main} | counting))


def running() -> list[Started]:
    """The commands of this installation that run on this machine now."""
    found = []
    with suppress(FileNotFoundError):
        for folder in sorted((data_folder() / FOLDER).iterdir()):
            if folder.is_dir() and _lives(folder):
                found.append(Started(folder.name.split("-")[0], folder, _pids(folder)))
    return found
