"""The process that reads a foreign file: no settings, no database, no secrets, a bound on all that it may take.

Started by `openlk.files.staging` with the file on its standard input; tells how far it is, and how it ended, on its
standard output, a JSON document a line.
"""

import errno
import hashlib
import json
import os
import resource
import sys
import traceback
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from openlk.files.encodings import pieces
from openlk.files.limits import BYTES_IN_MB, Limits
from openlk.files.lines import lines_of
from openlk.files.recognising import START_BYTES, recognised
from openlk.files.table import UnreadableFile

BATCH_LINES = 4096
TOO_MUCH_MEMORY = "Файл не помещается в отведённую память. Разделите его на части или сохраните в CSV."
TOO_LONG_RESULT = "Таблица слишком велика. Разделите файл на части."
BROKEN = "Файл не удалось прочесть: он повреждён или слишком велик. Сохраните таблицу заново как .xlsx или CSV."
_NO_SPACE = "На диске сервера не хватает места. Освободите его и загрузите файл снова."
_SENTENCES = {
    errno.EFBIG: TOO_LONG_RESULT,
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.ENOMEM: TOO_MUCH_MEMORY,
}


@dataclass(frozen=True)
class Order:
    """What the process is asked to do."""

    suffix: str
    target: Path
    limits: Limits


def bind(limits: Limits, file_bytes: int) -> None:
    """Set this process's own bounds: memory, processor time, size of what it writes, no core dump."""
    memory = limits.memory_mb * BYTES_IN_MB
    seconds = limits.deadline_seconds(file_bytes)
    for what, bound in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.staged_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, most = resource.getrlimit(what)
        allowed = bound if most == resource.RLIM_INFINITY else min(bound, most)
        resource.setrlimit(what, (allowed, allowed))


def tell(**answer: object) -> None:
    """One line to the process that waits."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def digest(file: BinaryIO) -> str:
    """The SHA-256 of the whole file in hexadecimal."""
    made = hashlib.sha256()
    for piece in pieces(file, 0):
        made.update(piece)
    return made.hexdigest()


def parse(file: BufferedReader, order: Order) -> None:
    """Write the clean file and tell the result. Raises UnreadableFile."""
    before = os.fstat(file.fileno())
    sha256 = digest(file)
    file.seek(0)
    table = recognised(order.suffix, file.read(START_BYTES)).read(file, order.limits)
    lines = lines_of(table.rows, order.limits)
    rows = 0
    with order.target.open("w", encoding="utf-8", newline="\n") as target:
        while batch := list(islice(lines, BATCH_LINES)):
            target.write("".join(batch))
            rows += len(batch)
            tell(rows=rows)
        # Whoever resumes after a crash of the machine trusts this file.
        target.flush()
        os.fsync(target.fileno())
    after = os.fstat(0)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableFile("Файл изменился, пока мы его читали. Дождитесь конца записи и загрузите снова.")
    tell(header=table.header, rows=rows, sha256=sha256, note=table.note)


def main() -> int:
    """Read the order from the command line; 0 also when the file cannot be read, which is told."""
    asked = json.loads(sys.argv[1])
    order = Order(asked["suffix"], Path(asked["target"]), Limits(**asked["limits"]))
    file = open(0, "rb", closefd=False)  # noqa: SIM115 -- standard input, which is a file here
    os.umask(0o077)
    bind(order.limits, os.fstat(0).st_size)
    try:
        parse(file, order)
    except UnreadableFile as error:
        tell(error=str(error))
    except MemoryError:
        tell(error=TOO_MUCH_MEMORY)
    except BrokenPipeError:
        return 1
    except OSError as error:
        tell(error=_SENTENCES.get(error.errno or 0, BROKEN), defect=_place(error))
    except Exception as error:  # noqa: BLE001 -- whatever a library trips over
        tell(error=BROKEN, defect=_place(error))
    return 0


def _place(error: Exception) -> str:
    """What happened where, for the log: without the message, which may quote the file."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"


if __name__ == "__main__":
    sys.exit(main())
