"""What this room asks of the worker."""

from openlk.identity.actions import sweep_sessions
from openlk.jobs.periodic import PeriodicTask

TASKS = [PeriodicTask(key="identity.sweep", every_seconds=600, run=sweep_sessions)]
