"""How each part of the outside world misbehaves, on demand."""

from collections.abc import Mapping

OK = "ok"

MODES: dict[str, tuple[str, ...]] = {
    # refuse: 4xx for good; error: 500; timeout_after_accept: stored, then silence; html: 200 with a web page.
    "sms": (OK, "refuse", "error", "timeout_after_accept", "html"),
    # refuse: 550; later: 451; drop: stored, then the connection is closed without an answer.
    "smtp": (OK, "refuse", "later", "drop"),
}


class UnknownFaultError(ValueError):
    """There is no such channel or mode; the message lists those that exist."""


class Faults:
    """The mode of every channel; all are `ok` after a start."""

    def __init__(self) -> None:
        self._modes = dict.fromkeys(MODES, OK)

    def mode(self, channel: str) -> str:
        """How this channel behaves now."""
        return self._modes[channel]

    def modes(self) -> dict[str, str]:
        """Channel → mode, for all channels."""
        return dict(self._modes)

    def change(self, modes: Mapping[str, str]) -> None:
        """Change the named channels, leave the others. Raises UnknownFaultError and then changes nothing."""
        for channel, mode in modes.items():
            if channel not in MODES:
                raise UnknownFaultError(f"no channel {channel!r}; there are: {', '.join(MODES)}")
            if mode not in MODES[channel]:
                raise UnknownFaultError(f"{channel} has no mode {mode!r}; it has: {', '.join(MODES[channel])}")
        self._modes.update(modes)
