"""Business time moves, the wall does not."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from openlk.kit import clock

DAY = timedelta(days=1)
NEARLY = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _wall_time_again() -> Iterator[None]:
    before = clock.offset()
    yield
    clock.set_offset(before)


def test_both_clocks_are_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert clock.wall().tzinfo is UTC


def test_moved_blocks_nest_and_end_even_after_an_error() -> None:
    start = clock.now()
    with clock.moved(10 * DAY):
        with suppress(KeyError), clock.moved(4 * DAY):
            assert abs(clock.now() - start - 14 * DAY) < NEARLY
            raise KeyError
        assert abs(clock.now() - start - 10 * DAY) < NEARLY
    assert abs(clock.now() - start) < NEARLY


def test_moving_business_time_leaves_the_wall_alone() -> None:
    before = clock.wall()
    with clock.moved(100 * DAY):
        assert abs(clock.wall() - before) < NEARLY


def test_a_set_offset_holds_in_every_thread() -> None:
    seen: list[datetime] = []
    clock.set_offset(30 * DAY)
    thread = threading.Thread(target=lambda: seen.append(clock.now()))
    thread.start()
    thread.join()
    assert abs(seen[0] - clock.wall() - 30 * DAY) < NEARLY
    assert clock.offset() == 30 * DAY


def test_today_is_the_date_of_the_cabinets_time_zone() -> None:
    late_evening = datetime(2025, 12, 14, 21, 30, tzinfo=UTC)
    with patch.object(clock, "wall", return_value=late_evening):
        assert clock.today("Europe/London").day == 14
        assert clock.today("Europe/Moscow").day == 15


def test_monotonic_never_goes_back() -> None:
    with clock.moved(-DAY):
        first = clock.monotonic()
        assert clock.monotonic() >= first
