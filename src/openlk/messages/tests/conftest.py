"""For the tests of this room: a post in their hands, and no channel that rests because of an earlier test."""

import pytest

from openlk.messages import sending
from openlk.messages.resting import Rests
from openlk.messages.tests.outbox import Post


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_rests", Rests())


@pytest.fixture
def post(db: None, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Stands where the channels stand."""
    made = Post()
    monkeypatch.setattr(sending, "plugins", made.channels)
    return made
