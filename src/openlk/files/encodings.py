"""Which encoding a text file is in, found by reading it once in pieces, never whole."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from openlk.files.table import UnreadableFile

PIECE_BYTES = 2**20
_SAMPLE_BYTES = 200
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Four Russian letters of UTF-8 on end. In cp1251 they would read «Р°СЂ…», which is no word.
_RUSSIAN_IN_UTF_8 = re.compile(rb"(?:\xd0[\x81\x90-\xbf]|\xd1[\x80-\x8f\x91]){4}")
_SAVE_AS_UTF_8 = "Сохраните его в кодировке UTF-8 и загрузите снова."


class _Undecodable(Exception):
    """The text is not in the encoding that was tried."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def encoding_of(file: BinaryIO) -> str:
    """The encoding of the whole file, which is left at the first byte after a byte order mark.

    The mark decides, then UTF-16 by its zero bytes, then UTF-8, then cp1251. Raises UnreadableFile naming the line
    that cannot be read, holds a NUL, never ends, or is in another encoding than the lines before it.
    """
    file.seek(0)
    start = file.read(_SAMPLE_BYTES)
    mark, encoding = next((pair for pair in _BYTE_ORDER_MARKS if start.startswith(pair[0])), (b"", ""))
    if not mark and b"\x00" in start:
        encoding = _byte_order(start)
    if encoding:
        _walk_or_say(file, len(mark), encoding)
    else:
        encoding = _unmarked(file)
    file.seek(len(mark))
    return encoding


def _byte_order(start: bytes) -> str:
    """Separators and line ends are ASCII: their zero byte stands first in big-endian text, second in little-endian."""
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def _unmarked(file: BinaryIO) -> str:
    try:
        _walk(file, 0, "utf-8")
    except _Undecodable as error:
        utf_8_line = _line_of_utf_8(file)
        if utf_8_line is not None:
            line = max(error.line, utf_8_line)
            raise UnreadableFile(
                f"Строка {line} записана в другой кодировке, чем строки до неё. "
                "Соберите файл заново и сохраните в кодировке UTF-8."
            ) from error
        _walk_or_say(file, 0, "cp1251")
        return "cp1251"
    return "utf-8"


def pieces(file: BinaryIO, start: int) -> Iterator[bytes]:
    """The file's bytes from `start` on, and one empty piece at the end."""
    file.seek(start)
    while piece := file.read(PIECE_BYTES):
        yield piece
    yield b""


def _line_of_utf_8(file: BinaryIO) -> int | None:
    line = 1
    for piece in pieces(file, 0):
        found = _RUSSIAN_IN_UTF_8.search(piece)
        if found:
            return line + piece.count(b"\n", 0, found.start())
        line += piece.count(b"\n")
    return None


def _walk_or_say(file: BinaryIO, start: int, encoding: str) -> None:
    try:
        _walk(file, start, encoding)
    except _Undecodable as error:
        raise UnreadableFile(f"Строка {error.line}: не удалось прочесть буквы в файле. {_SAVE_AS_UTF_8}") from error


def _walk(file: BinaryIO, start: int, encoding: str) -> None:
    """Decode the file from `start` on and forget the text. Raises _Undecodable or UnreadableFile, with the line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for piece in pieces(file, start):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            readable = error.object[: error.start].decode(encoding, "replace")
            raise _Undecodable(line + _line_ends(readable)) from error
        if "\x00" in text:
            line += _line_ends(text[: text.index("\x00")])
            raise UnreadableFile(
                f"Строка {line}: в файле есть нулевые знаки, в таблицах их не бывает. "
                "Выгрузите таблицу ещё раз и сохраните в кодировке UTF-8."
            )
        ends = _line_ends(text)
        if not ends and len(piece) == PIECE_BYTES:
            raise UnreadableFile(
                f"Строка {line} не кончается: в ней больше {len(text)} знаков. "
                "Похоже, это не таблица. Выгрузите её ещё раз."
            )
        line += ends


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
