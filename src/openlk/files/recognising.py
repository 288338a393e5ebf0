"""Which format a file is in: its ending and its first bytes have to agree."""

from openlk.files import formats
from openlk.files.table import Format, UnreadableFile
from openlk.kit.discovery import plugins

START_BYTES = 8
# What people send instead of a table, by its first bytes.
_OTHERS = {
    b"PK": "архив или документ другой программы",
    b"\xd0\xcf\x11\xe0": "старый документ Office или документ под паролем",
    b"%PDF": "документ PDF",
    b"\x89PNG": "картинка",
    b"\xff\xd8\xff": "картинка",
    b"GIF8": "картинка",
    b"\x1f\x8b": "архив",
    b"7z\xbc\xaf": "архив",
    b"Rar!": "архив",
    b"{\\rtf": "документ Word",
    b"SQLite f": "база данных",
}
_OLD = {
    ".xls": "Это старый формат Excel. Откройте файл и сохраните его как .xlsx или CSV.",
    ".xlsb": "Откройте файл и сохраните его как .xlsx или CSV.",
    ".xlsm": "В таком файле бывают макросы. Откройте его и сохраните как .xlsx или CSV.",
    ".ods": "Откройте файл и сохраните его как .xlsx или CSV.",
}


def known_formats() -> list[Format]:
    """One of each format, in the order of their keys."""
    found = plugins(formats.__name__, Format)  # type: ignore[type-abstract]  # the base of plug-ins is abstract
    return [kind() for kind in found.values()]


def format_by_suffix(suffix: str) -> Format:
    """The format whose files end so, in any case. Raises UnreadableFile naming the endings that fit."""
    known = known_formats()
    for candidate in known:
        if suffix.lower() in candidate.suffixes:
            return candidate
    if suffix.lower() in _OLD:
        raise UnreadableFile(f"Файлы «{suffix}» не читаем. {_OLD[suffix.lower()]}")
    endings = ", ".join(ending for candidate in known for ending in candidate.suffixes)
    raise UnreadableFile(f"Файлы «{suffix}» не читаем. Подходят: {endings}.")


def recognised(suffix: str, start: bytes) -> Format:
    """The format of a file with this ending and these first bytes.

    A table of another known format under a wrong ending is read as what it is. Raises UnreadableFile for the rest.
    """
    named = format_by_suffix(suffix)
    if named.signature and start.startswith(named.signature):
        return named
    signed = [known for known in known_formats() if known.signature and start.startswith(known.signature)]
    if signed:
        return signed[0]
    other = next((words for signature, words in _OTHERS.items() if start.startswith(signature)), None)
    if other is not None:
        raise UnreadableFile(f"По содержимому это не таблица, а {other}. Сохраните таблицу как .xlsx или CSV.")
    if named.signature and start:
        raise UnreadableFile(
            f"Файл кончается на «{suffix}», но внутри не такая таблица. Сохраните её как .xlsx или CSV."
        )
    return named
