"""The fixtures of journeys and page checks, and their place at the end of the run."""

import pytest

from tests.support.browsing import arrive, browser, streets
from tests.support.members import members
from tests.support.world import world

__all__ = ["arrive", "browser", "members", "streets", "world"]

IN_A_BROWSER = ("tests/journeys/", "tests/pages/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last, because Playwright keeps an event loop in the thread of the tests, where Django then refuses queries."""
    items.sort(key=lambda item: item.nodeid.startswith(IN_A_BROWSER))
