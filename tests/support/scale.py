"""How heavy the heavy tests are: OPENLK_TEST_SCALE multiplies them, 1 unless it is set."""

import os


def scaled(count: int) -> int:
    """So many times the usual number, at least one."""
    return max(1, round(count * float(os.environ.get("OPENLK_TEST_SCALE") or 1)))
