"""How much is written at once: as much as fits into the time that others may be kept waiting."""

import time

from django.db import connection

from openlk.kit import clock


class Pace:
    """The size of the next range, from the time that the last one took, and the pause between two.

    On SQLite one process writes at a time, and the others ask again after at most 50 ms (within the first 230 ms):
    a lock of about 60 ms, then 30 ms of peace, and nobody waits for longer than 0.3 s. PostgreSQL keeps nobody waiting.
    """

    def __init__(self) -> None:
        self._alone = connection.vendor == "sqlite"
        self._target_seconds = 0.06 if self._alone else 1.0
        self._pause_seconds = 0.03 if self._alone else 0.0
        self._most = 2_000 if self._alone else 6_000
        self._least = 50
        self._ended_at = clock.monotonic()
        self.rows = 500 if self._alone else 5_000

    def rest(self) -> None:
        """Leave the database to the others for what is left of the pause."""
        left = self._pause_seconds - (clock.monotonic() - self._ended_at)
        if left > 0:
            time.sleep(left)

    def note(self, seconds: float) -> None:
        """The last range took so long; the next one fits better."""
        self._ended_at = clock.monotonic()
        wanted = self.rows * self._target_seconds / max(seconds, 0.001)
        # Half the way only: one slow disc write is no reason to crawl.
        self.rows = int(min(self._most, max(self._least, (self.rows + wanted) / 2, self.rows / 4)))
