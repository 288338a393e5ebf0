"""Budgets of attempts and one-time challenges, kept in the database so that every process sees the same."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Counted(models.Model):
    """How many tries a subject has spent; times are whole milliseconds of wall time since 1970."""

    subject = models.CharField(max_length=160)
    tries = models.PositiveIntegerField()
    first_ms = models.BigIntegerField()
    blocked_until_ms = models.BigIntegerField()

    class Meta:
        abstract = True


class Budget(CabinetModel, Counted):
    """The tries of a subject of one cabinet."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "subject"], name="guard_budget_subject")]


class WholeBudget(Counted):
    """The tries of the whole installation, whose row belongs to no cabinet; it names nobody."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject"], name="guard_whole_subject")]


class Challenge(CabinetModel):
    """A one-time secret that somebody was sent: its digest, and what may still be done with it.

    `purpose`: «code» or «link». `about`: small words of the caller's, never a contact. `used_at`: used, or ended.
    """

    subject = models.CharField(max_length=120)
    purpose = models.CharField(max_length=10)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, unique=True)
    about = models.JSONField()
    attempts_left = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["cabinet", "subject"], name="guard_challenge_subject")]


class KnownDevice(CabinetModel):
    """A browser that has once proved who sits at it, so that strangers' misses are none of its own.

    `subject` is whom it is known to, e.g. «login:17»; the cookie's token itself is stored nowhere.
    """

    subject = models.CharField(max_length=120)
    device_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "subject", "device_digest"], name="guard_device_once")
        ]
