"""Which workers are alive, and what work waits for them."""

from django.db import models


class Worker(models.Model):
    """One worker process; it renews `seen_at` at every round. Rows of the dead are swept by the living."""

    name = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class Job(models.Model):
    """One piece of work: ids and numbers only, nothing of a person, and therefore outside of row-level security.

    States: queued, running, done, failed, cancelled. `lease` is the token of the process that has it in hand.
    """

    kind = models.CharField(max_length=60)
    # The cabinet's slug; whoever runs the job enters that cabinet first.
    cabinet = models.CharField(max_length=40)
    # Where not empty: only one unfinished job of this kind has it.
    key = models.CharField(max_length=160, default="")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="queued")
    # Since the job last got further.
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, default="")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="jobs_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["cabinet", "kind", "key"],
                condition=~models.Q(key="") & models.Q(state__in=["queued", "running"]),
                name="jobs_key",
            )
        ]
