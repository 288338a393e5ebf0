"""The base of every table that belongs to a cabinet."""

from typing import ClassVar, TypeVar

from django.db import models

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
