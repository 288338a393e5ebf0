"""Runs of declared journeys."""

import uuid

from django.db import models

from openlk.cabinets.models import CabinetModel
from openlk.register.models import Holder


class FlowVersion(CabinetModel):
    """A flow's structure and options as they were when a run began; words are not a part of it."""

    flow = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    structure = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "flow", "sha256"], name="flows_version_once")]


class Run(CabinetModel):
    """One person's way through a flow.

    `answers` is sealed (names, contacts, the password's hash); `facts` holds server-derived ids only.
    `version` grows with every transition: a form that carries an older one changes nothing.
    States: active, done, refused, superseded, expired. `idle_at`: when it is given up if its person does nothing more,
    none while an operator decides; `due_at`: by when the operator promised to, which closes nothing. `session_id`: the
    session of identity that alone may walk it, where the flow is for those who are signed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=12)
    status_token = models.CharField(max_length=43)
    flow_version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="runs")
    browser_digest = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField(default=0)
    answers = models.BinaryField()
    facts = models.JSONField(default=dict)
    holder = models.ForeignKey(Holder, models.SET_NULL, null=True, related_name="runs")
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default="active")
    outcome = models.CharField(max_length=60, default="")
    waiting_for = models.CharField(max_length=12, default="person")
    created_at = models.DateTimeField()
    acted_at = models.DateTimeField()
    idle_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    session_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "number"], name="flows_run_number"),
            models.UniqueConstraint(fields=["cabinet", "status_token"], name="flows_run_token"),
        ]
        indexes = [
            models.Index(fields=["cabinet", "browser_digest"], name="flows_run_browser"),
            models.Index(fields=["cabinet", "holder"], name="flows_run_holder"),
            models.Index(fields=["cabinet", "state", "idle_at"], name="flows_run_idle"),
            models.Index(fields=["cabinet", "session_id"], name="flows_run_session"),
        ]
