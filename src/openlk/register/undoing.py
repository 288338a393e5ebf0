"""Taking an import back: changed rows get their before-images, rows that it made go.

In three sweeps, a range at a time: images from the newest to the oldest, then identifiers, then holders that the import
made. The cursor says how far it is: 0 while there are images, then the last identifier, then minus the last holder.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import cast

from django.db import connection

from openlk.cabinets.models import CabinetModel
from openlk.cabinets.scoping import scoped_slug
from openlk.files.importer import Undone
from openlk.kit import clock
from openlk.kit.names import short_name
from openlk.register.bulk import bulk
from openlk.register.models import Change, Contact, Holder, Identifier

HOLDERS = -1


def undo(import_id: int, cursor: int, limit: int) -> Undone:
    """Take back one range, inside the scope and the caller's transaction."""
    if cursor == 0:
        images = list(Change.objects.filter(import_id=import_id).order_by("-pk")[:limit])
        if images:
            _restore(images)
            Change.objects.filter(pk__in=[image.pk for image in images]).delete()
            return Undone(finished=False, cursor=0)
    if cursor >= 0:
        made = _made(Identifier, import_id, cursor, limit)
        if made:
            return Undone(finished=False, cursor=made[-1], kept=_remove_identifiers(made))
        cursor = HOLDERS
    made = _made(Holder, import_id, HOLDERS - cursor, limit)
    if not made:
        return Undone(finished=True, cursor=cursor)
    bulk().delete("register_holder", "id", set(made) - _used(Holder, made))
    return Undone(finished=False, cursor=HOLDERS - made[-1])


def _made(model: type[CabinetModel], import_id: int, after: int, limit: int) -> list[int]:
    """The next rows that the import made, in the order of their ids."""
    # SQLite would rather read all rows of the cabinet through their unique index, for every range again.
    table = f"{model._meta.db_table} NOT INDEXED" if connection.vendor == "sqlite" else model._meta.db_table
    chosen = f"SELECT id FROM {table} WHERE id > %s AND created_by = %s AND cabinet = %s ORDER BY id LIMIT %s"  # noqa: S608 -- a table of ours
    with connection.cursor() as cursor:
        cursor.execute(chosen, [after, import_id, scoped_slug(), limit])
        return [row[0] for row in cursor.fetchall()]


def _used(model: type[CabinetModel], ids: Collection[int], *, but: Collection[type[CabinetModel]] = ()) -> set[int]:
    """Those of the rows that rows of other tables stand on, in whatever room."""
    used: set[int] = set()
    for relation in model._meta.related_objects:
        if relation.related_model not in but:
            name = relation.field.attname
            others = cast(type[CabinetModel], relation.related_model).objects
            used |= set(others.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return used


def _remove_identifiers(made: list[int]) -> tuple[str, ...]:
    """Delete what nobody uses; what a person's cabinet stands on ends instead, and is named."""
    people = dict(Identifier.objects.filter(pk__in=made).values_list("pk", "holder_id"))
    alone = _used(Identifier, made, but=(Contact,))
    holders = _used(Holder, set(people.values()), but=(Identifier,))
    kept = {pk for pk, holder in people.items() if pk in alone or holder in holders}
    gone = set(made) - kept
    bulk().delete("register_contact", "identifier_id", gone)
    bulk().delete("register_identifier", "id", gone)
    if not kept:
        return ()
    Identifier.objects.filter(pk__in=kept, ended_at=None).update(ended_at=clock.now())
    named = Identifier.objects.filter(pk__in=kept).order_by("value").values_list("holder__full_name", "printed")
    return tuple(f"{short_name(name)} ({printed})" for name, printed in named)


def _restore(images: Iterable[Change]) -> None:
    """Give the rows back what they said; the images come newest first, so the oldest of a row stands in the end."""
    holders = {image.holder_id: image.before for image in images if image.holder_id is not None}
    rows = {image.identifier_id: image.before for image in images if image.identifier_id is not None}
    writer, adapted = bulk(), connection.ops.adapt_datetimefield_value
    writer.update(
        "UPDATE register_holder SET full_name = %s, name_key = %s WHERE id = %s",
        [(before["full_name"], before["name_key"], pk) for pk, before in holders.items()],
    )
    writer.update(
        "UPDATE register_identifier SET holder_id = %s, printed = %s, facts = %s, row_digest = %s, imported_at = %s,"
        " ended_at = %s WHERE id = %s",
        [
            (
                before["holder_id"],
                before["printed"],
                json.dumps(before["facts"], ensure_ascii=False),
                None if before["row_digest"] is None else bytes.fromhex(before["row_digest"]),
                adapted(datetime.fromisoformat(before["imported_at"])),
                None if before["ended_at"] is None else adapted(datetime.fromisoformat(before["ended_at"])),
                pk,
            )
            for pk, before in rows.items()
        ],
    )
    writer.delete("register_contact", "identifier_id", rows)
    contacts = [(each[0], pk, *each[1:]) for pk, before in rows.items() for each in before["contacts"]]
    columns = ("id", "identifier_id", "kind", "value")
    writer.insert("register_contact", {"cabinet": scoped_slug()}, columns, contacts)
