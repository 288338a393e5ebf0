"""What reading one file may cost."""

from dataclasses import dataclass

BYTES_IN_MB = 2**20
# A large file is no attack: it gets a second more for every so many bytes. A clean one needs a tenth of that.
BYTES_PER_EXTRA_SECOND = 4 * BYTES_IN_MB


@dataclass(frozen=True)
class Limits:
    """Caps on one file; each ends in a sentence for the person who sent it. Bytes are of the file as it was sent,
    expanded bytes of a packed file's content; `seconds` are what any file may take, a large one gets more.
    """

    file_bytes: int = 2 * 2**30
    expanded_bytes: int = 2**30
    staged_bytes: int = 4 * 2**30
    rows: int = 10_000_000
    columns: int = 500
    cell_characters: int = 10_000
    memory_mb: int = 512
    seconds: int = 50

    def deadline_seconds(self, file_bytes: int) -> int:
        """How long a file of this size may be read, in seconds of a clock on the wall and of a processor."""
        return self.seconds + file_bytes // BYTES_PER_EXTRA_SECOND


DEFAULT = Limits()
