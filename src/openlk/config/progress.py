"""How far a long command is: one line that is rewritten on a terminal, a line now and then elsewhere."""

from types import TracebackType
from typing import Self, TextIO

from openlk.kit import clock

_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 10.0
_WIDTH = 72
_BAR = 24


class ProgressLine:
    """Shows «stage, done of all» on a stream; said nothing, it leaves nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._every = _TERMINAL_SECONDS if self._terminal else _LOG_SECONDS
        self._shown_at = clock.monotonic()
        self._open = False

    def show(self, stage: str, done: int, all_: int) -> None:
        """Say how far the stage is, not too often; `all_` 0: not known."""
        if clock.monotonic() - self._shown_at < self._every:
            return
        self._shown_at = clock.monotonic()
        text = f"{stage}: {_counted(done)} из {_counted(all_)}" if all_ else f"{stage}: {_counted(done)}"
        if not self._terminal:
            print(text, file=self._stream, flush=True)
            return
        filled = min(_BAR, _BAR * done // all_) if all_ else 0
        bar = f"[{'█' * filled}{'░' * (_BAR - filled)}] " if all_ else ""
        self._stream.write(f"\r{(bar + text)[:_WIDTH].ljust(_WIDTH)}")
        self._stream.flush()
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._open:
            self._stream.write(f"\r{' ' * _WIDTH}\r")
            self._stream.flush()


def _counted(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
