"""The outbox: every letter and SMS is a row written in the transaction of the fact it tells of."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Message(CabinetModel):
    """One letter or SMS. `letter` names its document, `values` fill it; the worker renders and sends it.

    States: queued, sent, failed. `leased_until` keeps two workers from sending the same one.
    """

    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320)
    letter = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, default="queued")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [models.Index(fields=["cabinet", "state", "due_at"], name="messages_due")]
