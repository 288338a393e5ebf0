"""Which workers are alive."""

from django.db import models


class Worker(models.Model):
    """One worker process; it renews `seen_at` at every round. Rows of the dead are swept by the living."""

    name = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
