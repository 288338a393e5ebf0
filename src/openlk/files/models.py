"""Imports: what was loaded, how far it came, who is at it now."""

from django.db import models
from django.db.models import Q

from openlk.cabinets.models import CabinetModel

# Nobody else may load the same table meanwhile.
UNFINISHED = ("reading", "applying", "rolling_back")


class Import(CabinetModel):
    """One file on its way into one table of a room.

    Its states: reading, applying, done; failed and stopped (nothing was written); rolling_back, rolled_back.
    """

    room = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    replace = models.BooleanField(default=False)
    state = models.CharField(max_length=20, default="reading")
    # Why it failed or was stopped, in a sentence.
    reason = models.TextField(default="")
    rows = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    ended = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    # Sentences for whoever loads the file: regions that the cabinet does not have, rows that a roll-back had to keep.
    remarks = models.JSONField(default=list)
    # How many rows there are to write, and the last of them that is written.
    planned = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    # Who is at it: a new token each time, the machine, and until when nobody else may take over.
    lease_token = models.CharField(max_length=64)
    lease_host = models.CharField(max_length=255)
    leased_until = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cabinet", "room", "name"],
                condition=Q(state__in=UNFINISHED),
                name="files_import_one_at_a_time",
            )
        ]

    @property
    def unchanged(self) -> int:
        """The rows that the table held already, once all are counted."""
        return max(0, self.rows - self.refused - self.new - self.changed - self.returned)
