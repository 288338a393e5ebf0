"""What may be said of an error where nothing of a person may stand."""

import traceback


def place_of(error: BaseException) -> str:
    """The kind of an error and the line where it arose. Its words are left out: they may quote a name or a secret."""
    *_, last = traceback.extract_tb(error.__traceback__) or [None]
    where = f" at {last.filename}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{where}"
