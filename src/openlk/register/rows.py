"""Rows of a register's file: which column is which, what a row says, and what is wrong with it."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple

from openlk.files.summary import RowProblem
from openlk.files.table import Row, UnreadableFile
from openlk.kit.characters import plain
from openlk.kit.kinds import KINDS, LONGEST_IDENTIFIER, Invalid
from openlk.kit.names import name_key
from openlk.kit.phone import parse_phone
from openlk.register.definition import Column, RegisterDefinition

CONTACT_KINDS = ("phone", "email")
LONGEST_PRINTED = 80
DIGEST_BYTES = 16
# Between the cells of a row; a clean cell never holds it.
SEPARATOR = "\x1f"
# Raise it when kinds, names or entries come out of the same cells otherwise than before: every row is checked again.
NORMALISER = 1
# What most cells look like that need no change at all: one look at a whole row is ten times cheaper than five parsers.
# Each is narrower than what its parser takes as it is (a test compares them); telephones are parsed in any case.
_WORD = r"[А-ЯЁа-яё]{2,20}(?:-[А-ЯЁа-яё]{2,20})?"
_TEXT = r"[!-~А-яЁё№«»–—]{1,60}"
USUAL = {
    "name": rf"{_WORD}(?: {_WORD}){{1,2}}",
    "identifier": rf"[0-9]{{1,{LONGEST_IDENTIFIER}}}",
    "email": r"[a-z0-9]{1,20}(?:[._-][a-z0-9]{1,20}){0,2}@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?\.){1,2}[a-z]{2,10}",
    "text": rf"{_TEXT}(?: {_TEXT}){{0,9}}",
    "region": rf"{_TEXT}(?: {_TEXT}){{0,9}}",
    "phone": rf"[^{SEPARATOR}]*",
}
# A text as JSON, without ado.
_quoted = json.encoder.encode_basestring


class Entry(NamedTuple):
    """One checked row, ready to be written; `facts` is JSON, a contact that is not known is empty."""

    key: str
    printed: str
    holder_key: str
    full_name: str
    name_key: str
    facts: str
    phone: str
    email: str
    digest: bytes

    @property
    def contacts(self) -> dict[str, str]:
        """Kind → value of those that are known."""
        return {kind: value for kind, value in zip(CONTACT_KINDS, (self.phone, self.email), strict=True) if value}


@dataclass(frozen=True)
class _Cell:
    """How one column of the register is read."""

    name: str
    title: str
    parse: Callable[[str, str], str]
    needed: bool


def _title(name: str, column: Column) -> str:
    return column.titles[0] if column.titles else name


def _header_key(text: str) -> str:
    return " ".join(text.replace("\ufeff", "").casefold().replace("ё", "е").split())


class RowReader:
    """Reads the rows of one register, given the header of its file."""

    def __init__(self, register: RegisterDefinition, header: Sequence[str]) -> None:
        """Find every column by its own name or one of its titles, in any case and order; others are left unread.

        Raises UnreadableFile naming the columns that are missing or doubled.
        """
        self.register = register
        self.places = _places(register, header)
        name = register.column_of_kind("name") or ""
        needed = {register.key, register.holder, name}
        self._cells = tuple(
            _Cell(each, _title(each, column), _parser(column.kind), column.required or each in needed)
            for each, column in register.columns.items()
        )
        names = [cell.name for cell in self._cells]
        kinds = [column.kind for column in register.columns.values()]
        self._name_at, self.key_at, self._holder_at = map(names.index, (name, register.key, register.holder))
        self.regions_at = [at for at, kind in enumerate(kinds) if kind == "region"]
        self._usual = re.compile(
            SEPARATOR.join(
                f"(?:{USUAL[kind]})" + ("" if cell.needed else "?")
                for kind, cell in zip(kinds, self._cells, strict=True)
            )
        )
        self._facts_at = [at for at, kind in enumerate(kinds) if names[at] not in needed and kind not in CONTACT_KINDS]
        # Of two columns of one kind the last that is filled counts.
        self._phones_at, self._emails_at = (
            [at for at in reversed(range(len(kinds))) if kinds[at] == kind] for kind in CONTACT_KINDS
        )
        self._fact_names = tuple(names[at] for at in self._facts_at)
        self._holder_key = KINDS[kinds[self._holder_at]].match_key
        # A column that the file does not have is an empty cell behind all others.
        self._pick = itemgetter(*(self.places.get(each, -1) for each in names))
        self._width = max(self.places.values()) + 1
        self._fingerprint = fingerprint(register)

    def cells(self, row: Sequence[str]) -> tuple[str, ...]:
        """The register's own cells of a row, in the order of its columns."""
        if len(row) < self._width:
            row = (*row, *("",) * (self._width - len(row)))
        picked: tuple[str, ...] = self._pick((*row, ""))
        return picked

    def digest(self, line: str) -> bytes:
        """Sixteen bytes that tell the cells of a row, joined to a line, under this definition of the register."""
        return blake2b(line.encode(), digest_size=DIGEST_BYTES, key=self._fingerprint).digest()

    def key_of(self, cell: str) -> str | None:
        """The key in matchable form; None where there is none to be read."""
        if _is_plain_number(cell):
            return cell
        try:
            return KINDS["identifier"].match_key(KINDS["identifier"].parse(cell, ""))
        except Invalid:
            return None

    def faults(self, row: Row) -> dict[int, str]:
        """What the file itself says against cells of a row, by the register's column."""
        by_place = dict(row.faults)
        places = (self.places.get(cell.name, -1) for cell in self._cells)
        return {number: by_place[place] for number, place in enumerate(places) if place in by_place}

    def check(
        self, number: int, cells: Sequence[str], digest: bytes, faults: dict[int, str] | None = None
    ) -> tuple[Entry | None, list[RowProblem]]:
        """The entry, or everything that is wrong with the row."""
        if not faults and self._usual.fullmatch(SEPARATOR.join(cells)) is not None:
            entry = self._usual_entry(cells, digest)
            if entry is not None:
                return entry, []
        values: list[str] = []
        problems: list[RowProblem] = []
        for cell, text in zip(self._cells, cells, strict=True):
            if text:
                try:
                    values.append(cell.parse(text, cell.title))
                except Invalid as error:
                    problems.append(RowProblem(number, cell.title, text, str(error)))
            elif cell.needed:
                problems.append(RowProblem(number, cell.title, "", "Значение не указано."))
            else:
                values.append("")
        if faults:
            problems = self._with_faults(number, cells, faults, problems)
        if problems:
            return None, problems
        entry = self._entry(values, cells[self.key_at], digest)
        if len(entry.holder_key) > LONGEST_PRINTED:
            message = f"Больше {LONGEST_PRINTED} знаков. Сократите."
            return None, [RowProblem(number, self._cells[self._holder_at].title, cells[self._holder_at], message)]
        return entry, []

    def _usual_entry(self, cells: Sequence[str], digest: bytes) -> Entry | None:
        """The entry of a row whose cells are their own values, but for telephones; None if one of those is wrong."""
        phone = email = ""
        try:
            for at in self._phones_at:
                if cells[at]:
                    parsed = parse_phone(cells[at])
                    phone = phone or parsed
        except Invalid:
            return None
        for at in self._emails_at:
            email = email or cells[at]
        key, holder, full_name = cells[self.key_at], cells[self._holder_at], cells[self._name_at]
        holder_key = key if holder is key else self._holder_key(holder)
        if len(holder_key) > LONGEST_PRINTED:
            return None
        facts = _facts(self._fact_names, tuple([cells[at] for at in self._facts_at]))
        return Entry(key, key, holder_key, full_name, name_key(full_name), facts, phone, email, digest)

    def _with_faults(
        self, number: int, cells: Sequence[str], faults: dict[int, str], found: list[RowProblem]
    ) -> list[RowProblem]:
        """What the file says against a cell stands for everything else that is wrong with it."""
        titles = {self._cells[at].title for at in faults}
        said = [RowProblem(number, self._cells[at].title, cells[at], why) for at, why in sorted(faults.items())]
        return [*said, *(problem for problem in found if problem.column not in titles)]

    def repeated(self, number: int, cells: Sequence[str], first: int) -> RowProblem:
        """Why a good row is refused whose key another row has."""
        message = f"Этот номер уже был в строке {first}. Оставьте одну из двух строк."
        return RowProblem(number, self._cells[self.key_at].title, cells[self.key_at], message)

    def _entry(self, values: Sequence[str], printed: str, digest: bytes) -> Entry:
        full_name, value, holder = values[self._name_at], values[self.key_at], values[self._holder_at]
        # A plain number is its own key, as it is printed.
        plain_number = value is printed
        key = value if plain_number else KINDS["identifier"].match_key(value)
        shown = value if plain_number else plain(printed)
        return Entry(
            key,
            # What somebody spread over more room than the column has is kept without its spaces.
            shown if len(shown) <= LONGEST_PRINTED else value,
            key if holder is value else self._holder_key(holder),
            full_name,
            name_key(full_name),
            _facts(self._fact_names, tuple([values[at] for at in self._facts_at])),
            next((values[at] for at in self._phones_at if values[at]), ""),
            next((values[at] for at in self._emails_at if values[at]), ""),
            digest,
        )


@lru_cache(maxsize=1024)
def _facts(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """The facts that are known, as JSON."""
    known = [f"{_quoted(name)}: {_quoted(value)}" for name, value in zip(names, values, strict=True) if value]
    return f"{{{', '.join(known)}}}"


def _is_plain_number(cell: str) -> bool:
    """Whether the cell is its own key already, as that of nearly every row is."""
    return len(cell) <= LONGEST_IDENTIFIER and cell.isascii() and cell.isdigit()


def _number(text: str, title: str) -> str:
    return text if _is_plain_number(text) else KINDS["identifier"].parse(text, title)


def _parser(kind: str) -> Callable[[str, str], str]:
    """The parser of a kind, quicker for what a million rows have in common."""
    if kind == "identifier":
        return _number
    # There are few regions, and the same ones all over.
    return lru_cache(maxsize=1024)(KINDS[kind].parse) if kind == "region" else KINDS[kind].parse


def fingerprint(register: RegisterDefinition) -> bytes:
    """What an entry depends on besides its cells: the columns and how they are read."""
    columns = [[name, column.kind, column.required] for name, column in register.columns.items()]
    about = json.dumps([NORMALISER, register.key, register.holder, columns], ensure_ascii=False)
    return blake2b(about.encode(), digest_size=DIGEST_BYTES).digest()


def _places(register: RegisterDefinition, header: Sequence[str]) -> dict[str, int]:
    places: dict[str, list[int]] = {}
    known = {_header_key(title): name for name, column in register.columns.items() for title in (name, *column.titles)}
    for place, title in enumerate(header):
        name = known.get(_header_key(title))
        if name:
            places.setdefault(name, []).append(place)
    doubled = [_title(name, register.columns[name]) for name, found in places.items() if len(found) > 1]
    if doubled:
        raise UnreadableFile(f"Столбец повторяется: {', '.join(doubled)}. Оставьте один.")
    needed = {register.key, register.holder, register.column_of_kind("name")}
    needed |= {name for name, column in register.columns.items() if column.required}
    missing = [name for name in register.columns if name in needed and name not in places]
    if missing:
        wanted = ", ".join(f"«{_title(name, register.columns[name])}» ({name})" for name in missing)
        raise UnreadableFile(
            f"В первой строке нет столбца: {wanted}. Первая строка файла должна содержать названия столбцов."
        )
    return {name: found[0] for name, found in places.items()}
