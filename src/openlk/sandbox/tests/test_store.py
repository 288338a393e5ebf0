"""The store keeps the newest and drops the oldest."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from openlk.sandbox.store import MOST_KEPT, MOST_LISTED, Message, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with closing(Store(tmp_path / "deep" / "folder")) as opened:
        yield opened


def numbered(first: int, count: int) -> list[Message]:
    return [Message("sms", "+79150000001", str(number), id=str(number)) for number in range(first, first + count)]


def test_only_the_newest_are_kept(store: Store) -> None:
    store.add(numbered(0, MOST_KEPT))
    assert store.one("0") is not None
    store.add(numbered(MOST_KEPT, 3))
    assert [store.one(str(number)) is None for number in range(4)] == [True, True, True, False]
    assert len(store.find(limit=2 * MOST_KEPT)) == MOST_KEPT


def test_a_list_is_bounded(store: Store) -> None:
    store.add(numbered(0, MOST_LISTED + 1))
    found = store.find()
    assert len(found) == MOST_LISTED
    assert (found[0].text, found[-1].text) == (str(MOST_LISTED), "1")


def test_a_message_comes_back_as_it_went_in(store: Store) -> None:
    message = Message("email", "a@mail.ru", "текст", "Анна <b@mail.ru>", "тема", "<p>1</p>", "uk")
    store.add([message])
    found = store.one(message.id)
    assert found is not None
    assert found.sent_at.isoformat(timespec="milliseconds") == message.sent_at.isoformat(timespec="milliseconds")
    assert [found] == store.find(recipient="A@Mail.ru")
    assert (found.sender, found.subject, found.html, found.cabinet) == (
        message.sender,
        message.subject,
        message.html,
        message.cabinet,
    )
