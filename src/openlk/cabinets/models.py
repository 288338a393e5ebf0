"""The base of every table that belongs to a cabinet."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from django.db import connection, models

from openlk.cabinets.scoping import scoped_slug

Model = TypeVar("Model", bound="CabinetModel")


class ScopedManager(models.Manager[Model]):
    """Sees the rows of the scoped cabinet only; raises NoScope outside a scope."""

    def get_queryset(self) -> models.QuerySet[Model]:
        return super().get_queryset().filter(cabinet=scoped_slug())


class CabinetModel(models.Model):
    """A row of one cabinet: new rows take the scope's slug, reads are filtered by it, PostgreSQL checks both."""

    cabinet = models.CharField(max_length=40, default=scoped_slug, editable=False)

    objects = ScopedManager()

    # Tables with this mark are never updated or deleted by the application's role.
    append_only: ClassVar[bool] = False

    class Meta:
        abstract = True


@lru_cache(maxsize=256)
def _insertion(model: type[CabinetModel], count: int) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _written(model))
    row = f"({', '.join(['%s'] * len(_written(model)))})"
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608 -- names of columns


def _written(model: type[CabinetModel]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _values(rows: Sequence[CabinetModel]) -> list[Any]:
    fields = _written(type(rows[0]))
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]


def insert(rows: Sequence[CabinetModel], *, once: bool = False) -> None:
    """Write new rows of one model in one statement, composed once; they get no id here. `once`: leave out known ones.

    For what every registration and login writes: bulk_create() composes the same statement anew each time, which costs
    three times what it takes to run.
    """
    if not rows:
        return
    statement = _insertion(type(rows[0]), len(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ON CONFLICT DO NOTHING" if once else statement, _values(rows))


def insert_new(row: CabinetModel) -> bool:
    """Write a row and give it its id; False where a unique key is taken, and nothing has failed: no savepoint needed.

    Whoever writes the same key meanwhile is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_insertion(type(row), 1)} ON CONFLICT DO NOTHING RETURNING id", _values([row]))
        found = cursor.fetchone()
    row.pk = found[0] if found else None
    return found is not None
