"""The outbox: every letter and SMS is a row written in the transaction of the fact it tells of."""

from typing import cast

from django.db import models

from openlk.cabinets.models import CabinetModel
from openlk.kit.sealed import unseal

# What `sealed` is sealed for.
SEAL = "message secrets"


class Message(CabinetModel):
    """One letter or SMS. `letter` names its document, the sealed values fill it; the worker renders and sends it.

    States: queued, sent, failed, expired, decoy. `leased_until` and `lease` keep two workers from sending the same one.
    """

    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320)
    letter = models.CharField(max_length=60)
    # Names and secrets, for as long as the message may still be sent.
    sealed = models.BinaryField(default=b"")
    # The values of rows that release 0.1.0 has written.
    plain = models.JSONField(default=dict, db_column="values")
    message_id = models.CharField(max_length=120, unique=True)
    # Where not empty: a second message with the same key is not written.
    key = models.CharField(max_length=160, default="")
    state = models.CharField(max_length=10, default="queued")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, default="")
    attempts = models.PositiveIntegerField(default=0)
    # How often it was sent again early, because its channel had come back.
    wakes = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [models.Index(fields=["cabinet", "state", "channel", "due_at"], name="messages_due_by_channel")]
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "key"], condition=~models.Q(key=""), name="messages_key")
        ]

    @property
    def values(self) -> dict[str, str]:
        """What fills the letter; empty once it can no longer be sent. Raises UnsealError when the key was lost."""
        sealed = cast(dict[str, str], unseal(bytes(self.sealed), SEAL)) if self.sealed else {}
        return {**self.plain, **sealed}


class DeliveryAttempt(CabinetModel):
    """One try to hand a message over. `detail` is a code of the answer, never the other side's words."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    detail = models.CharField(max_length=60, default="")
    milliseconds = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["message", "number"], name="messages_tries")]
