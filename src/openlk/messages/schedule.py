"""What this room asks of the worker."""

from openlk.jobs.periodic import PeriodicTask
from openlk.messages.sending import expire_late, send_due
from openlk.messages.sweeping import sweep

TASKS = [
    PeriodicTask(key="messages.send", every_seconds=0.5, run=send_due),
    PeriodicTask(key="messages.expire", every_seconds=10, run=expire_late),
    PeriodicTask(key="messages.sweep", every_seconds=600, run=sweep),
]
