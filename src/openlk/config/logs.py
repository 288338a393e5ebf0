"""What is worth a line in the log."""

import logging
from http import HTTPStatus


class NoReadinessNoise(logging.Filter):
    """Drops the line that Django writes for «not ready yet»: whoever asks /readyz reads the answer itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is kept."""
        return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE
