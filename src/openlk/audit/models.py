"""Who did what, when."""

from typing import ClassVar

from django.db import models

from openlk.cabinets.models import CabinetModel


class Event(CabinetModel):
    """One act that somebody may later have to explain. Never changed, never deleted; holds ids, no personal data."""

    append_only: ClassVar[bool] = True

    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["cabinet", "subject", "at"], name="audit_event_subject")]
