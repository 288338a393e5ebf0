"""Legal documents: every version that somebody agreed to is kept, word for word."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.content.documents import DocumentChanged, newest, publish, versions, written
from openlk.content.models import DocumentVersion
from openlk.kit.frontmatter import BadDocumentError
from tests.support.definitions import changed
from tests.support.plain_browser import Browser
from tests.support.stage import Wall

RULES = "documents/rules.md"


def _rewrite(cabinet: Cabinet, old: str, new: str) -> None:
    file = cabinet.folder / RULES
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def own(db: None, cabinet: Cabinet, tmp_path: Path) -> Cabinet:
    """A copy of the cabinet, whose documents a test may rewrite."""
    return changed(cabinet, tmp_path, {})


def test_publishing_writes_each_document_once(own: Cabinet) -> None:
    assert [publish(own), publish(own)] == [2, 0]
    with scope(own):
        assert set(DocumentVersion.objects.values_list("name", "version")) == {
            ("rules", "2026-09-01"),
            ("personal-data", "2026-09-01"),
        }


def test_a_new_version_stands_beside_the_old_one(own: Cabinet) -> None:
    publish(own)
    _rewrite(own, 'version = "2026-09-01"', 'version = "2026-10-01"')
    _rewrite(own, "Один человек создаёт один кабинет.", "Кабинет один.")
    assert publish(own) == 1
    with scope(own):
        assert [each.version for each in versions("rules")] == ["2026-10-01", "2026-09-01"]
        current = newest("rules")
        old = DocumentVersion.objects.get(name="rules", version="2026-09-01")
    assert current is not None
    assert "Кабинет один." in current.body
    assert "Один человек" in old.body
    assert current.text_sha256 != old.text_sha256


@pytest.mark.parametrize(
    ("old", "new"), [("Один человек", "Каждый человек"), ("Правила системы", "Порядок системы")], ids=["body", "title"]
)
def test_new_words_under_an_old_version_are_refused(own: Cabinet, old: str, new: str) -> None:
    publish(own)
    _rewrite(own, old, new)
    with pytest.raises(DocumentChanged, match=r"documents/rules\.md: текст изменён, а версия 2026-09-01 прежняя"):
        publish(own)
    with scope(own):
        current = newest("rules")
    assert current is not None
    assert old in current.title + current.body


def test_the_hash_is_of_the_title_and_the_text(own: Cabinet) -> None:
    before = written(own, "rules").text_sha256
    _rewrite(own, 'version = "2026-09-01"', 'version = "2026-10-01"')
    assert written(own, "rules").text_sha256 == before
    _rewrite(own, "Один человек", "Один  человек")
    assert written(own, "rules").text_sha256 != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "2026-09-01"', 'version = "первая"'),
        ('version = "2026-09-01"', 'version = "20260901"'),
        ('version = "2026-09-01"', 'version = "2026-W36-2"'),
        ('version = "2026-09-01"\n', ""),
        ('version = "2026-09-01"', 'version = "2026-13-01"'),
        ("title = ", "titel = "),
        ("+++\n", ""),
    ],
)
def test_a_document_without_title_or_version_is_refused(own: Cabinet, old: str, new: str) -> None:
    _rewrite(own, old, new)
    with pytest.raises(BadDocumentError, match=r"rules\.md"):
        publish(own)


def test_a_reader_sees_the_version_in_force_and_may_ask_for_an_older_one(own: Cabinet) -> None:
    publish(own)
    _rewrite(own, 'version = "2026-09-01"', 'version = "2026-10-01"')
    _rewrite(own, "Один человек создаёт один кабинет.", "Кабинет один.")
    with added(own):
        publish(own)
        browser = Browser()
        current = browser.get("/alpha/documents/rules")
        old = browser.get("/alpha/documents/rules?version=2026-09-01")
        absent = [browser.get(f"/alpha/documents/{name}").status for name in ("nosuch", "rules?version=2020-01-01")]
    assert (current.status, "Кабинет один." in current.text) == (200, True)
    assert (old.status, "Один человек создаёт" in old.text) == (200, True)
    assert "/alpha/documents/rules?version=2026-09-01" in current.text
    assert absent == [404, 404]


def test_a_version_is_in_force_from_its_day(own: Cabinet, wall: Wall) -> None:
    publish(own)
    _rewrite(own, 'version = "2026-09-01"', 'version = "2027-01-01"')
    publish(own)
    # The cabinet lives in Yekaterinburg, five hours ahead of UTC.
    for moment, version in (("2026-12-31T18:59:59", "2026-09-01"), ("2026-12-31T19:00:00", "2027-01-01")):
        wall.at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        with scope(own):
            current = newest("rules")
        assert current is not None
        assert current.version == version


def test_a_published_version_cannot_be_changed(own: Cabinet) -> None:
    """PostgreSQL refuses it to the application's role; on SQLite the mark is what the walls are made from."""
    publish(own)
    assert DocumentVersion.append_only
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege('content_documentversion', 'UPDATE'),"
                " has_table_privilege('content_documentversion', 'DELETE'),"
                " has_table_privilege('content_documentversion', 'INSERT')"
            )
            assert cursor.fetchone() == (False, False, True)
