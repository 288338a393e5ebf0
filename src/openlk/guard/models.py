"""Budgets of attempts, counted in the database so that every process sees the same."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Budget(CabinetModel):
    """How many tries a subject has spent; times are whole milliseconds of wall time since 1970."""

    subject = models.CharField(max_length=120)
    tries = models.PositiveIntegerField()
    first_ms = models.BigIntegerField()
    blocked_until_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "subject"], name="guard_budget_subject")]
