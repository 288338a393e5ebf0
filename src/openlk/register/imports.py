"""Importing a register: rows are matched by their key column, people by their holder column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.importing import Importer, RowProblem, Summary
from openlk.files.table import Row, UnreadableFile
from openlk.kit import clock
from openlk.kit.characters import plain
from openlk.kit.kinds import KINDS, Invalid
from openlk.kit.names import name_key
from openlk.register.definition import Column, RegisterDefinition
from openlk.register.models import Contact, Holder, Identifier

CONTACT_KINDS = frozenset({"phone", "email"})
LONGEST_PRINTED = 80


@dataclass(frozen=True)
class _Entry:
    """One checked row, ready to be written."""

    number: int
    key: str
    printed: str
    holder_key: str
    full_name: str
    facts: dict[str, str]
    contacts: dict[str, str]


@dataclass
class _Known:
    """What the register holds for the keys of one batch."""

    holders: dict[str, Holder] = field(default_factory=dict)
    identifiers: dict[str, Identifier] = field(default_factory=dict)
    contacts: dict[int, dict[str, str]] = field(default_factory=dict)


def _title(name: str, column: Column) -> str:
    return column.titles[0] if column.titles else name


def _header_key(text: str) -> str:
    return " ".join(text.replace("\ufeff", "").casefold().replace("ё", "е").split())


class RegisterImporter(Importer):
    """Imports one register of one cabinet."""

    def __init__(self, cabinet: Cabinet, name: str, register: RegisterDefinition) -> None:
        self.cabinet = cabinet
        self.name = name
        self.register = register
        self.places: dict[str, int] = {}
        self.seen: dict[str, int] = {}

    def prepare(self, header: Sequence[str]) -> None:
        """Find every column by its own name or one of its titles, in any case and order; others are left unread."""
        places: dict[str, list[int]] = {}
        known = {
            _header_key(title): name
            for name, column in self.register.columns.items()
            for title in (name, *column.titles)
        }
        for place, title in enumerate(header):
            name = known.get(_header_key(title))
            if name:
                places.setdefault(name, []).append(place)
        doubled = [_title(name, self.register.columns[name]) for name, found in places.items() if len(found) > 1]
        if doubled:
            raise UnreadableFile(f"Столбец повторяется: {', '.join(doubled)}. Оставьте один.")
        needed = {self.register.key, self.register.holder, self.register.column_of_kind("name")}
        needed |= {name for name, column in self.register.columns.items() if column.required}
        missing = [name for name in self.register.columns if name in needed and name not in places]
        if missing:
            wanted = ", ".join(f"«{_title(name, self.register.columns[name])}» ({name})" for name in missing)
            raise UnreadableFile(
                f"В первой строке нет столбца: {wanted}. Первая строка файла должна содержать названия столбцов."
            )
        self.places = {name: found[0] for name, found in places.items()}

    def apply(self, rows: Sequence[Row]) -> Summary:
        """Check a batch, then write its good rows in one transaction."""
        summary = Summary()
        entries: list[_Entry] = []
        for row in rows:
            entry, problems = self._check(row)
            if entry is None:
                summary.refused += 1
                summary.problems += problems
            else:
                entries.append(entry)
        with scope(self.cabinet), transaction.atomic():
            self._write(entries, summary)
        return summary

    def _check(self, row: Row) -> tuple[_Entry | None, list[RowProblem]]:
        values: dict[str, str] = {}
        printed: dict[str, str] = {}
        problems: list[RowProblem] = []
        for name, place in self.places.items():
            column = self.register.columns[name]
            text = row.cells[place] if place < len(row.cells) else ""
            needed = column.required or column.kind == "name" or name in {self.register.key, self.register.holder}
            if not text:
                if needed:
                    problems.append(RowProblem(row.number, _title(name, column), "", "Значение не указано."))
                continue
            try:
                values[name] = KINDS[column.kind].parse(text, _title(name, column))
                printed[name] = text
            except Invalid as error:
                problems.append(RowProblem(row.number, _title(name, column), text, str(error)))
        if not problems:
            problems += self._repeated(row.number, values, printed)
        return (None, problems) if problems else (self._entry(row.number, values, printed), [])

    def _repeated(self, number: int, values: dict[str, str], printed: dict[str, str]) -> list[RowProblem]:
        key = KINDS["identifier"].match_key(values[self.register.key])
        first = self.seen.setdefault(key, number)
        if first == number:
            return []
        column = self.register.columns[self.register.key]
        message = f"Этот номер уже был в строке {first}. Оставьте одну из двух строк."
        return [RowProblem(number, _title(self.register.key, column), printed[self.register.key], message)]

    def _entry(self, number: int, values: dict[str, str], printed: dict[str, str]) -> _Entry:
        register = self.register
        name_column = register.column_of_kind("name") or ""
        holder_kind = KINDS[register.columns[register.holder].kind]
        special = {register.key, register.holder, name_column}
        contacts: dict[str, str] = {
            register.columns[name].kind: value
            for name, value in values.items()
            if register.columns[name].kind in CONTACT_KINDS
        }
        shown = plain(printed[register.key])
        facts = {
            name: value
            for name, value in values.items()
            if name not in special and register.columns[name].kind not in CONTACT_KINDS
        }
        return _Entry(
            number=number,
            key=KINDS["identifier"].match_key(values[register.key]),
            # What somebody spread over more room than the column has is kept without its spaces.
            printed=shown if len(shown) <= LONGEST_PRINTED else values[register.key],
            holder_key=holder_kind.match_key(values[register.holder]),
            full_name=values[name_column],
            facts=facts,
            contacts=contacts,
        )

    def _known(self, entries: Sequence[_Entry]) -> _Known:
        known = _Known()
        keys = [entry.key for entry in entries]
        holders = Holder.objects.filter(register=self.name, key__in=[entry.holder_key for entry in entries])
        known.holders = {holder.key: holder for holder in holders}
        identifiers = Identifier.objects.filter(register=self.name, value__in=keys)
        known.identifiers = {identifier.value: identifier for identifier in identifiers}
        for contact in Contact.objects.filter(identifier__in=list(known.identifiers.values())):
            known.contacts.setdefault(contact.identifier_id, {})[contact.kind] = contact.value
        return known

    def _write(self, entries: Sequence[_Entry], summary: Summary) -> None:
        known = self._known(entries)
        now = clock.now()
        changed = [entry for entry in entries if not self._same(entry, known)]
        summary.new += sum(entry.key not in known.identifiers for entry in changed)
        summary.changed += sum(entry.key in known.identifiers for entry in changed)
        summary.unchanged += len(entries) - len(changed)
        holders = self._write_holders(changed)
        identifiers = self._write_identifiers(changed, holders, now)
        self._write_contacts(changed, identifiers)

    def _same(self, entry: _Entry, known: _Known) -> bool:
        identifier, holder = known.identifiers.get(entry.key), known.holders.get(entry.holder_key)
        return (
            identifier is not None
            and holder is not None
            and identifier.holder_id == holder.pk
            and identifier.ended_at is None
            and identifier.printed == entry.printed
            and holder.full_name == entry.full_name
            and holder.facts == entry.facts
            and known.contacts.get(identifier.pk, {}) == entry.contacts
        )

    def _write_holders(self, entries: Sequence[_Entry]) -> dict[str, Holder]:
        rows = {
            entry.holder_key: Holder(
                register=self.name,
                key=entry.holder_key,
                full_name=entry.full_name,
                name_key=name_key(entry.full_name),
                facts=entry.facts,
            )
            for entry in entries
        }
        Holder.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["cabinet", "register", "key"],
            update_fields=["full_name", "name_key", "facts"],
        )
        return {holder.key: holder for holder in Holder.objects.filter(register=self.name, key__in=list(rows))}

    def _write_identifiers(
        self, entries: Sequence[_Entry], holders: dict[str, Holder], now: datetime
    ) -> dict[str, Identifier]:
        rows = [
            Identifier(
                register=self.name,
                holder=holders[entry.holder_key],
                value=entry.key,
                printed=entry.printed,
                imported_at=now,
            )
            for entry in entries
        ]
        Identifier.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["cabinet", "register", "value"],
            update_fields=["holder", "printed", "imported_at", "ended_at"],
        )
        keys = [entry.key for entry in entries]
        return {each.value: each for each in Identifier.objects.filter(register=self.name, value__in=keys)}

    def _write_contacts(self, entries: Sequence[_Entry], identifiers: dict[str, Identifier]) -> None:
        rows = [
            Contact(identifier=identifiers[entry.key], kind=kind, value=value)
            for entry in entries
            for kind, value in entry.contacts.items()
        ]
        kept = {(row.identifier_id, row.kind) for row in rows}
        old = Contact.objects.filter(identifier__in=[identifiers[entry.key] for entry in entries])
        gone = [contact.pk for contact in old if (contact.identifier_id, contact.kind) not in kept]
        Contact.objects.filter(pk__in=gone).delete()
        Contact.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["cabinet", "identifier", "kind"],
            update_fields=["value"],
        )
