"""Who is at an import: one process at a time, and after its death another one."""

import fcntl
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.models import Import
from openlk.kit import clock
from openlk.kit.sealed import new_token

LEASE = timedelta(seconds=120)
_RENEW_SECONDS = 10.0
_LOCK = "lock"


class LeaseLost(Exception):
    """Somebody else took the import over; what was not committed is theirs to do."""


def root() -> Path:
    """Where all imports keep their files."""
    return Path(settings.DATA) / "imports"


def folder_of(import_id: int) -> Path:
    """Where an import keeps its files."""
    return root() / str(import_id)


def private_folder(folder: Path) -> Path:
    """The folder, made for our eyes only if it was not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def this_host() -> str:
    """The machine's name."""
    return socket.gethostname()[:255]


@dataclass
class Lease:
    """Held by the process that works on an import: a lock that its death releases, and a token in the import's row."""

    cabinet: Cabinet
    import_id: int
    token: str
    _lock: int
    _renewed_at: float

    def renew(self) -> None:
        """Say, at most every ten seconds, that we are still at it. Raises LeaseLost."""
        if clock.monotonic() - self._renewed_at < _RENEW_SECONDS:
            return
        with scope(self.cabinet):
            self.note()

    def note(self, **columns: object) -> None:
        """Change columns of the import's row and renew the lease, inside the scope. Raises LeaseLost."""
        mine = Import.objects.filter(pk=self.import_id, lease_token=self.token)
        if not mine.update(leased_until=clock.wall() + LEASE, **columns):
            raise LeaseLost
        self._renewed_at = clock.monotonic()

    def release(self) -> None:
        """Let the next one in at once."""
        with scope(self.cabinet):
            Import.objects.filter(pk=self.import_id, lease_token=self.token).update(leased_until=clock.wall())
        os.close(self._lock)


def _locked(import_id: int) -> int | None:
    """The operating system's lock on an import, which ends with the process; None while another one lives."""
    file = private_folder(folder_of(import_id)) / _LOCK
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def take(cabinet: Cabinet, record: Import) -> Lease | None:
    """The lease of an import that nobody is at; None while somebody is. On our own machine death is seen at once."""
    elsewhere = record.lease_host != this_host()
    if elsewhere and record.leased_until > clock.wall():
        return None
    lock = _locked(record.pk)
    if lock is None:
        return None
    token = new_token()
    with scope(cabinet):
        taken = Import.objects.filter(pk=record.pk, lease_token=record.lease_token).update(
            lease_token=token, lease_host=this_host(), leased_until=clock.wall() + LEASE
        )
    if not taken:
        os.close(lock)
        return None
    return Lease(cabinet, record.pk, token, lock, clock.monotonic())
