"""Looks through a packed document before a library is trusted with it: what it holds and what it grows to."""

import zipfile
import zlib
from copy import copy
from typing import BinaryIO

from openlk.files.limits import BYTES_IN_MB, Limits
from openlk.files.table import UnreadableFile

_MOST_PARTS = 5_000
# A table of equal rows shrinks to a hundredth; only a bomb is far beyond.
_MOST_GROWTH = 400
_SMALL_PART_BYTES = 10 * BYTES_IN_MB
_PIECE_BYTES = 2**16
_DEFINITIONS = (b"<!DOCTYPE", b"<!ENTITY")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PICTURES = "xl/media/"
_SAVE_AGAIN = "Откройте его в Excel и сохраните заново."
BROKEN = f"Файл повреждён. {_SAVE_AGAIN}"


def check_packed(file: BinaryIO, limits: Limits) -> frozenset[str]:
    """The names of the parts of a ZIP container. Raises UnreadableFile when it is broken, encrypted, grows too large,
    lies about its sizes or has document type definitions (the way to entities) in its parts.
    """
    try:
        with zipfile.ZipFile(file) as container:
            parts = container.infolist()
            _check_directory(parts, limits)
            left = limits.expanded_bytes
            for part in parts:
                left -= _check_part(container, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFile(BROKEN) from error
    return frozenset(part.filename for part in parts)


def part_of(file: BinaryIO, name: str) -> bytes:
    """The first megabyte of a part of a container that was checked; nothing where there is no such part."""
    with zipfile.ZipFile(file) as container:
        if name not in container.namelist():
            return b""
        with container.open(name) as content:
            return content.read(BYTES_IN_MB)


def _check_directory(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > _MOST_PARTS:
        raise UnreadableFile(f"Внутри файла больше {_MOST_PARTS} частей, у таблиц столько не бывает. {_SAVE_AGAIN}")
    if len({part.filename for part in parts}) != len(parts):
        raise UnreadableFile(BROKEN)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("Файл под паролем. Сохраните его без пароля и загрузите снова.")
    if any(part.compress_type not in _METHODS for part in parts):
        raise UnreadableFile(BROKEN)
    if sum(part.file_size for part in parts) > limits.expanded_bytes:
        raise UnreadableFile(
            f"Внутри файла больше {limits.expanded_bytes // BYTES_IN_MB} МБ данных. "
            "Разделите его на части или сохраните в CSV."
        )
    if any(part.file_size > max(_SMALL_PART_BYTES, _MOST_GROWTH * part.compress_size) for part in parts):
        raise UnreadableFile(
            f"Внутри файла одно и то же: он разворачивается больше чем в {_MOST_GROWTH} раз. "
            "Проверьте таблицу и сохраните её в CSV."
        )


def _check_part(container: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part and forget it; its size in bytes."""
    # zipfile stops at the size that the part declares. A library may not, so this reads on.
    unbounded = copy(part)
    unbounded.file_size = left + 1
    size, tail = 0, b""
    with container.open(unbounded) as content:
        while piece := content.read(_PIECE_BYTES):
            size += len(piece)
            if size > part.file_size:
                raise UnreadableFile(f"Внутри файла больше данных, чем в нём заявлено. {_SAVE_AGAIN}")
            if not part.filename.startswith(_PICTURES):
                tail = _check_definitions(tail + piece)
    if size != part.file_size:
        raise UnreadableFile(BROKEN)
    return size


def _check_definitions(piece: bytes) -> bytes:
    """Look for definitions, also in UTF-16; what may be the start of one, for the next piece."""
    text = piece.replace(b"\x00", b"") if b"\x00" in piece else piece
    if any(definition in text for definition in _DEFINITIONS):
        raise UnreadableFile(f"Внутри файла есть определения, которых в таблицах не бывает. {_SAVE_AGAIN}")
    return piece[-2 * len(_DEFINITIONS[0]) :]
