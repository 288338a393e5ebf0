"""Writing planned rows into the register, a range in one transaction, with what is needed to take them back."""

import json
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.files.importer import Counts
from openlk.register.bulk import Bulk, bulk
from openlk.register.planning import CHANGED, ENDED, NEW, RETURNED, SAME, PlannedRow
from openlk.register.rows import CONTACT_KINDS
from openlk.register.stored import Stored, StoredHolder, stored, stored_holders


@dataclass(frozen=True)
class Range:
    """Planned rows, and what the register holds of them now."""

    rows: list[PlannedRow]
    stored: dict[int, Stored]
    holders: dict[str, StoredHolder]


def loaded(register: str, rows: list[PlannedRow], *, bare: bool = False) -> Range:
    """The rows beside what the register holds of them, which only this import can change; inside the scope.

    `bare`: it holds nobody but whom this import has written, and every row is somebody else.
    """
    wanted = set() if bare else {row.entry.holder_key for row in rows if row.action != ENDED}
    return Range(
        rows,
        stored([row.identifier_id for row in rows if row.identifier_id is not None]),
        stored_holders(register, wanted),
    )


def write(register: str, range_: Range, import_id: int | None, now: datetime) -> Counts:
    """Write a range inside the scope and the caller's transaction; without an import it cannot be taken back."""
    return _Writing(register, range_, import_id, now).write()


def _moment(value: datetime) -> Any:
    """A time as the driver takes it."""
    return connection.ops.adapt_datetimefield_value(value)


class _Writing:
    """One range on its way."""

    def __init__(self, register: str, range_: Range, import_id: int | None, now: datetime) -> None:
        self.register = register
        self.range = range_
        self.import_id = import_id
        self.now = now
        self.bulk: Bulk = bulk()
        self.slug = scoped_slug()
        self.new = [row for row in range_.rows if row.action == NEW]
        self.changed = [row for row in range_.rows if row.action in {CHANGED, RETURNED, SAME}]
        self.ended = [row for row in range_.rows if row.action == ENDED]
        self.holder_ids = {key: holder.pk for key, holder in range_.holders.items()}

    def write(self) -> Counts:
        self._keep_images()
        self._write_holders()
        self._write_new()
        self._write_changed()
        self._write_ended()
        returned = sum(row.action == RETURNED for row in self.changed)
        changed = sum(row.action == CHANGED for row in self.changed)
        return Counts(len(self.new), changed, returned, len(self.ended))

    @property
    def _made(self) -> dict[str, object]:
        """The columns that are equal in all rows that this import makes."""
        made: dict[str, object] = {"cabinet": self.slug, "register": self.register}
        return made if self.import_id is None else made | {"created_by": self.import_id}

    def _renamed(self) -> dict[str, PlannedRow]:
        """The row of each known holder whose name is another now."""
        known = self.range.holders
        return {
            row.entry.holder_key: row
            for row in (*self.new, *self.changed)
            if row.entry.holder_key in known
            and known[row.entry.holder_key][1:] != (row.entry.full_name, row.entry.name_key)
        }

    def _keep_images(self) -> None:
        if self.import_id is None:
            return
        images: list[tuple[object, ...]] = []
        for key in self._renamed():
            holder = self.range.holders[key]
            images.append((None, holder.pk, _json({"full_name": holder.full_name, "name_key": holder.name_key})))
        for row in (*self.changed, *self.ended):
            found = self.range.stored[row.identifier_id or 0]
            images.append((found.pk, None, _json(found.image())))
        same = {"cabinet": self.slug, "import_id": self.import_id}
        self.bulk.insert("register_change", same, ("identifier_id", "holder_id", "before"), images)

    def _write_holders(self) -> None:
        missing = {
            row.entry.holder_key: row.entry
            for row in (*self.new, *self.changed)
            if row.entry.holder_key not in self.holder_ids
        }
        self.holder_ids.update(zip(missing, self.bulk.ids("register_holder", len(missing)), strict=True))
        rows = [(self.holder_ids[key], key, entry.full_name, entry.name_key) for key, entry in missing.items()]
        self.bulk.insert("register_holder", self._made, ("id", "key", "full_name", "name_key"), rows)
        self.bulk.update(
            "UPDATE register_holder SET full_name = %s, name_key = %s WHERE id = %s",
            [(row.entry.full_name, row.entry.name_key, self.holder_ids[key]) for key, row in self._renamed().items()],
        )

    def _write_new(self) -> None:
        ids = self.bulk.ids("register_identifier", len(self.new))
        rows, contacts = [], []
        for pk, row in zip(ids, self.new, strict=True):
            key, printed, holder_key, _, _, facts, phone, email, digest = row.entry
            rows.append((pk, self.holder_ids[holder_key], key, printed, facts, digest))
            if phone:
                contacts.append((pk, "phone", phone))
            if email:
                contacts.append((pk, "email", email))
        self.bulk.insert(
            "register_identifier",
            {**self._made, "imported_at": self.now},
            ("id", "holder_id", "value", "printed", "facts", "row_digest"),
            rows,
        )
        self.bulk.insert("register_contact", {"cabinet": self.slug}, ("identifier_id", "kind", "value"), contacts)

    def _write_changed(self) -> None:
        rows = []
        for row in self.changed:
            entry, found = row.entry, self.range.stored[row.identifier_id or 0]
            at = found.imported_at if row.action == SAME else self.now
            rows.append(
                (self.holder_ids[entry.holder_key], entry.printed, entry.facts, entry.digest, _moment(at), found.pk)
            )
        self.bulk.update(
            "UPDATE register_identifier SET holder_id = %s, printed = %s, facts = %s, row_digest = %s,"
            " imported_at = %s, ended_at = NULL WHERE id = %s",
            rows,
        )
        self._write_contacts()

    def _write_contacts(self) -> None:
        gone, other, added = [], [], []
        for row in self.changed:
            found, wanted = self.range.stored[row.identifier_id or 0], row.entry.contacts
            for kind in CONTACT_KINDS:
                before, after = found.contacts.get(kind), wanted.get(kind)
                if before is None and after is not None:
                    added.append((found.pk, kind, after))
                elif before is not None and after is None:
                    gone.append((before[0],))
                elif before is not None and before[1] != after:
                    other.append((after, before[0]))
        self.bulk.update("DELETE FROM register_contact WHERE id = %s", gone)
        self.bulk.update("UPDATE register_contact SET value = %s WHERE id = %s", other)
        self.bulk.insert("register_contact", {"cabinet": self.slug}, ("identifier_id", "kind", "value"), added)

    def _write_ended(self) -> None:
        ids = map(attrgetter("identifier_id"), self.ended)
        self.bulk.update(
            "UPDATE register_identifier SET ended_at = %s WHERE id = %s", [(_moment(self.now), pk) for pk in ids]
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
