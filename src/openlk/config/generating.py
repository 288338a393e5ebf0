"""`openlk generate`: a plausible register of any size, the same one for the same seed."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinet as cabinet_named
from openlk.config import sample_words as words
from openlk.config.workbook import write_workbook
from openlk.kit.dates import plural
from openlk.kit.suggest import nearest
from openlk.register.definition import RegisterDefinition, registers_of

MOST_ROWS = 100_000_000
WHOLE_PERCENT = 100
_BITS = (1 << 64) - 1
# Coprime to a thousand million: every number below it leads to another one.
_NUMBERS = 10**9
_STRIDE = 618_033_989
_PROGRESS_ROWS = 50_000
_RARE_PROGRESS_ROWS = 1_000_000
# Which column of a changed row differs: what really changes most comes first.
_CHANGING = ("phone", "email", "text", "region", "name")

# A cell from a row, its person and 64 random bits of that person; `shift` 1 and 2 give other values than 0.
Maker = Callable[[int, int, int, int], str]


def _mixed(number: int) -> int:
    """64 bits that look random and depend on the number alone (the finaliser of splitmix64)."""
    number = (number * 0x9E3779B97F4A7C15) & _BITS
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _BITS
    return number ^ (number >> 31)


def _name(_row: int, _person: int, bits: int, shift: int) -> str:
    surname = ((bits >> 1) + shift) % len(words.SURNAMES)
    if bits & 1:
        names, patronymics, surnames = words.WOMEN, words.DAUGHTERS, words.SURNAMES_OF_WOMEN
    else:
        names, patronymics, surnames = words.MEN, words.SONS, words.SURNAMES
    patronymic = patronymics[(bits >> 16) % len(patronymics)]
    # One in 128 has no patronymic.
    return f"{surnames[surname]} {names[(bits >> 8) % len(names)]}" + (f" {patronymic}" if (bits >> 24) & 127 else "")


def _phone(_row: int, _person: int, bits: int, shift: int) -> str:
    if (bits >> 32) % 12 == 0 and not shift:
        return ""
    # The three zeros keep the numbers apart from those that people have.
    code, last = divmod(((bits >> 36) + shift) % 1_000_000, 10_000)
    first_pair, second_pair = divmod(last, 100)
    spelling = words.PHONES[(bits >> 12) % len(words.PHONES)]
    return spelling % (900 + code, first_pair, second_pair)


def _email(_row: int, person: int, bits: int, shift: int) -> str:
    if (bits >> 40) % 10 < 3 and not shift:
        return ""
    domain = words.DOMAINS[(bits >> 44) % len(words.DOMAINS)]
    surname = words.LATIN_SURNAMES[(bits >> 1) % len(words.SURNAMES)]
    return f"{surname}{'.new' if shift else ''}{person}@{domain}"


def _text(_row: int, _person: int, bits: int, shift: int) -> str:
    town = words.TOWNS[(bits >> 20) % len(words.TOWNS)]
    street = words.STREETS[(bits >> 28) % len(words.STREETS)]
    return f"{town}, {street}, д. {(bits >> 36) % 120 + 1}, кв. {((bits >> 44) + shift) % 200 + 1}"


def _region_maker(regions: Sequence[str]) -> Maker:
    def region(_row: int, _person: int, bits: int, shift: int) -> str:
        return regions[((bits >> 5) + shift) % len(regions)]

    return region


def _number_maker(seed: int, *, per_person: bool) -> Maker:
    """Eleven digits: two of a place, nine that no other row (or person) has."""
    start = _mixed(seed) % _NUMBERS

    def number(row: int, person: int, bits: int, _shift: int) -> str:
        own = ((person if per_person else row) * _STRIDE + start) % _NUMBERS
        digits = f"{10 + (bits >> 50) % 89}{own:09d}"
        # One in sixteen is typed as it is printed, in groups.
        return digits if (bits >> 57) & 15 else f"{digits[:2]} {digits[2:6]} {digits[6:]}"

    return number


def header_of(register: RegisterDefinition) -> list[str]:
    """The titles of a register's file: the first Russian one of each column."""
    return [column.titles[0] if column.titles else name for name, column in register.columns.items()]


def _makers(cabinet: Cabinet, register: RegisterDefinition, seed: int) -> list[Maker]:
    by_kind: dict[str, Maker] = {
        "name": _name,
        "phone": _phone,
        "email": _email,
        "region": _region_maker(cabinet.profile.regions or words.TOWNS),
    }
    makers = []
    for name, column in register.columns.items():
        if column.kind == "identifier" or name in {register.key, register.holder}:
            makers.append(_number_maker(seed, per_person=name == register.holder != register.key))
        else:
            makers.append(by_kind.get(column.kind, _text))
    return makers


def _changing_place(register: RegisterDefinition) -> int | None:
    """The place of the column that differs in a changed row; None where only numbers are left."""
    numbers = {register.key, register.holder}
    places = {
        column.kind: place for place, (name, column) in enumerate(register.columns.items()) if name not in numbers
    }
    return next((places[kind] for kind in _CHANGING if kind in places), None)


def generated_rows(
    cabinet: Cabinet, register: RegisterDefinition, rows: int, *, seed: int = 1, changed_percent: float = 0
) -> Iterator[list[str]]:
    """The rows below the header. With `changed_percent` the same rows, that share of which differ in one cell."""
    makers = _makers(cabinet, register, seed)
    changing = _changing_place(register)
    several = register.holder != register.key
    threshold = round(changed_percent / WHOLE_PERCENT * _BITS) if changing is not None else 0
    needed = [place for place, column in enumerate(register.columns.values()) if column.required]
    for row in range(1, rows + 1):
        # Where a person may have several rows, every third row is a second one.
        person = row * 2 // 3 if several else row
        bits = _mixed(person ^ (seed << 40))
        cells = [make(row, person, bits, 0) for make in makers]
        for place in needed:
            cells[place] = cells[place] or makers[place](row, person, bits, 1)
        if threshold and changing is not None and _mixed(row ^ (seed << 41)) < threshold:
            # A gap that had to be filled has its second value already.
            other = makers[changing](row, person, bits, 1)
            cells[changing] = makers[changing](row, person, bits, 2) if other == cells[changing] else other
        yield cells


def _shown(rows: Iterator[list[str]], total: int) -> Iterator[list[str]]:
    """The rows, with progress on stderr: a line written anew on a terminal, rare lines elsewhere."""
    terminal = sys.stderr.isatty()
    step = _PROGRESS_ROWS if terminal else _RARE_PROGRESS_ROWS
    for number, row in enumerate(rows, 1):
        if number % step == 0 or number == total:
            word = plural(number, "строка", "строки", "строк")
            start, end = ("\r", "\n" if number == total else "") if terminal else ("", "\n")
            print(f"{start}{number} {word} из {total}", end=end, file=sys.stderr, flush=True)
        yield row


def _write_csv(stream: TextIO, header: Sequence[str], rows: Iterator[list[str]]) -> None:
    """As an accounting program would: nothing stands before a phone's plus."""
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(chain([header], rows))


def generate(slug: str, register_name: str, rows: int, *, seed: int, changed_percent: float, out: Path | None) -> int:
    """Write the register to `out` (.csv or .xlsx), or as CSV to stdout. Returns the exit code."""
    cabinet = cabinet_named(slug)
    registers = registers_of(cabinet)
    if register_name not in registers:
        hint = nearest(register_name, registers)
        maybe = f" Может быть, «{hint}»?" if hint else ""
        print(f"Реестра «{register_name}» в кабинете нет. Есть: {', '.join(registers)}.{maybe}", file=sys.stderr)
        return 1
    if not 1 <= rows <= MOST_ROWS or not 0 <= changed_percent <= WHOLE_PERCENT:
        print(f"Строк может быть от 1 до {MOST_ROWS}, изменённых — от 0 до 100 процентов.", file=sys.stderr)
        return 2
    register = registers[register_name]
    made = generated_rows(cabinet, register, rows, seed=seed, changed_percent=changed_percent)
    header, shown = header_of(register), _shown(made, rows)
    try:
        if out is None:
            stream = open(1, "w", encoding="utf-8-sig", newline="", closefd=False)  # noqa: SIM115 -- standard output
            with stream:
                _write_csv(stream, header, shown)
        elif out.suffix.lower() == ".xlsx":
            write_workbook(out, header, shown)
        else:
            with out.open("w", encoding="utf-8-sig", newline="") as stream:
                _write_csv(stream, header, shown)
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"Файл не пишется: {error.strerror}.", file=sys.stderr)
        return 1
    return 0
