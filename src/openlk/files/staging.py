"""Reads a foreign file in a process of its own and leaves one clean file, or a sentence and nothing."""

import json
import logging
import os
import selectors
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from openlk.files.limits import BYTES_IN_MB, DEFAULT, Limits
from openlk.files.lines import rows_of
from openlk.files.parsing import BROKEN, TOO_MUCH_MEMORY, digest
from openlk.files.recognising import format_by_suffix
from openlk.files.table import Row, UnreadableFile
from openlk.kit import clock

_ROWS = "rows"
_ABOUT = "staged.json"
_UNFINISHED = "rows.unfinished"
TOO_SLOW = "Файл читается слишком долго. Разделите его на части или сохраните в CSV."
_ANSWER_BYTES = 2**16

logger = logging.getLogger("openlk.files")

Progress = Callable[[int], None]


@dataclass(frozen=True)
class StagedFile:
    """A table that was read whole: its clean rows, its header, and the SHA-256 of the file as it was sent.

    `note` says in Russian what the person should know, such as which sheet was read.
    """

    rows_file: Path
    header: tuple[str, ...]
    rows: int
    sha256: str
    note: str = ""


def stage(file: Path, folder: Path, *, limits: Limits = DEFAULT, progress: Progress | None = None) -> StagedFile:
    """Read `file` in a bounded process of its own and write its clean rows into `folder`, which is made if need be.

    `progress` is told the rows read so far. Raises UnreadableFile with a sentence; then nothing new is in the folder.
    """
    format_by_suffix(file.suffix)
    with _opened(file, limits) as source:
        # Absolute, since the process starts elsewhere; closed to others, since people's data will lie in it.
        folder = folder.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for abandoned in folder.glob(f"{_UNFINISHED}.*"):
            abandoned.unlink(missing_ok=True)
        unfinished = folder / f"{_UNFINISHED}.{os.getpid()}"
        try:
            answer = _read(source.fileno(), {"suffix": file.suffix, "target": str(unfinished)}, limits, progress)
            staged = StagedFile(
                folder / _ROWS, tuple(answer["header"]), answer["rows"], answer["sha256"], answer["note"]
            )
            # No moment has the note of one file beside the rows of another.
            (folder / _ABOUT).unlink(missing_ok=True)
            unfinished.replace(staged.rows_file)
            _note(staged, folder)
        finally:
            unfinished.unlink(missing_ok=True)
    return staged


def staged_in(folder: Path) -> StagedFile | None:
    """What an earlier `stage` left in the folder, also after a crash of whoever called it; None if it never ended."""
    about = folder / _ABOUT
    if not about.is_file() or not (folder / _ROWS).is_file():
        return None
    noted = json.loads(about.read_text(encoding="utf-8"))
    return StagedFile(folder / _ROWS, tuple(noted["header"]), noted["rows"], noted["sha256"], noted["note"])


def staged_rows(staged: StagedFile, after: int = 0) -> Iterator[Row]:
    """The rows from the one behind the first `after` on, read as they are asked for."""
    with staged.rows_file.open(encoding="utf-8", newline="\n") as lines:
        yield from rows_of(islice(lines, after, None))


def file_sha256(file: Path, *, limits: Limits = DEFAULT) -> str:
    """The digest that `stage` would note for this file. Raises UnreadableFile."""
    with _opened(file, limits) as source:
        return digest(source)


@contextmanager
def _opened(file: Path, limits: Limits) -> Iterator[BinaryIO]:
    """The file, if it is a regular one within the limits. A pipe or a device is not waited for."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise UnreadableFile("Такого файла нет. Проверьте путь и имя.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "имя не годится"
        raise UnreadableFile(f"Файл не открывается ({reason}). Проверьте путь и права на файл.") from error
    try:
        _check_kind(os.fstat(descriptor), limits)
        source = os.fdopen(descriptor, "rb", closefd=False)
        with source:
            yield source
    finally:
        os.close(descriptor)


def _check_kind(about: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(about.st_mode):
        what = "папка" if stat.S_ISDIR(about.st_mode) else "не обычный файл"
        raise UnreadableFile(f"Файл не открывается (это {what}). Укажите файл с таблицей.")
    if about.st_size > limits.file_bytes:
        raise UnreadableFile(f"Файл больше {limits.file_bytes // BYTES_IN_MB} МБ. Разделите его на части.")
    if not about.st_size:
        raise UnreadableFile("Файл пуст. Нужны строка с названиями столбцов и строки с данными.")


def _read(source: int, order: dict[str, Any], limits: Limits, progress: Progress | None) -> dict[str, Any]:
    """The last answer of the reading process. Raises UnreadableFile."""
    # Isolated: neither the environment, with its secrets, nor the current folder reaches the process.
    child = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-I", "-m", "openlk.files.parsing", json.dumps({**order, "limits": asdict(limits)})],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    deadline = clock.monotonic() + limits.deadline_seconds(os.fstat(source).st_size)
    try:
        answer = _last_answer(child, deadline, progress)
    finally:
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        if child.stdout is not None:
            child.stdout.close()
        status = child.wait()
    if "defect" in answer:
        logger.error("reading a file failed: %s", answer["defect"])
    if "error" in answer:
        raise UnreadableFile(answer["error"])
    if "sha256" not in answer:
        logger.warning("reading a file ended with status %s", status)
        raise UnreadableFile(_why_ended(status))
    return answer


def _last_answer(child: subprocess.Popen[bytes], deadline: float, progress: Progress | None) -> dict[str, Any]:
    """Listen until the process ends; what it said last. Raises UnreadableFile when it takes too long."""
    assert child.stdout is not None
    answer: dict[str, Any] = {}
    heard = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not waiting.select(max(0.0, deadline - clock.monotonic())):
                raise UnreadableFile(TOO_SLOW)
            said = os.read(child.stdout.fileno(), _ANSWER_BYTES)
            if not said:
                break
            *lines, heard = (heard + said).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                if progress is not None and "rows" in answer:
                    progress(answer["rows"])
    try:
        child.wait(max(0.0, deadline - clock.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(TOO_SLOW) from error
    return answer


def _why_ended(status: int) -> str:
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return TOO_SLOW
    # A library that is refused memory aborts.
    return TOO_MUCH_MEMORY if status == -signal.SIGABRT else BROKEN


def _note(staged: StagedFile, folder: Path) -> None:
    noted = folder / f"{_ABOUT}.{os.getpid()}"
    about = {"header": staged.header, "rows": staged.rows, "sha256": staged.sha256, "note": staged.note}
    noted.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    noted.replace(folder / _ABOUT)
