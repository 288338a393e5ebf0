"""What this room asks of the worker."""

from openlk.jobs.periodic import PeriodicTask
from openlk.messages.actions import send_due

TASKS = [PeriodicTask(key="messages.send", every_seconds=0.5, run=send_due)]
