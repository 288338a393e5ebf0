"""Requests for help."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Ticket(CabinetModel):
    """One request from the feedback form; `number` is what the person quotes on the phone."""

    number = models.CharField(max_length=12)
    token = models.CharField(max_length=43)
    name = models.CharField(max_length=150)
    contact_kind = models.CharField(max_length=20)
    contact = models.CharField(max_length=320)
    topic = models.CharField(max_length=60)
    message = models.TextField()
    state = models.CharField(max_length=20, default="new")
    created_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "number"], name="support_ticket_number"),
            models.UniqueConstraint(fields=["cabinet", "token"], name="support_ticket_token"),
        ]
