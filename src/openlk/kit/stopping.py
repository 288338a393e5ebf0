"""Being told to stop, by SIGTERM or Ctrl-C."""

import os
import select
import signal


class StopSignal:
    """Set by SIGTERM and SIGINT. A threading.Event would not do: a signal inside its wait() deadlocks on its lock."""

    def __init__(self) -> None:
        self._stopped = False
        self._reader, self._writer = os.pipe()

    def listen(self) -> "StopSignal":
        """Take over both signals of this process; call from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.set())
        return self

    def set(self) -> None:
        """Ask to stop; safe inside a signal handler."""
        if not self._stopped:
            self._stopped = True
            os.write(self._writer, b"!")

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopped

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at once when asked to stop; returns `is_set()`."""
        select.select([self._reader], [], [], seconds)
        return self._stopped
