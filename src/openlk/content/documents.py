"""Legal documents: written as files of the cabinet, published as versions that are never lost."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import current, scope
from openlk.content.definition import documents_of
from openlk.content.models import DocumentVersion
from openlk.kit import clock
from openlk.kit.frontmatter import BadDocumentError, read_document
from openlk.look.memory import Memory, forget


class DocumentChanged(Exception):
    """A document's text was edited without a new version: people agreed to the old words under that version."""


@dataclass(frozen=True)
class Written:
    """A document as it stands in the cabinet's folder."""

    name: str
    title: str
    version: str
    body: str

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


def written(cabinet: Cabinet, name: str) -> Written:
    """Read a document's file. Raises BadDocumentError when its head lacks a title or a version (an ISO date)."""
    file = cabinet.folder / "documents" / f"{name}.md"
    head, body = read_document(file)
    title, version = head.get("title"), str(head.get("version", ""))
    try:
        # «20260901» is a date as well, but would sort before «2026-01-01»: versions are compared as text.
        is_date = date.fromisoformat(version).isoformat() == version
    except ValueError:
        is_date = False
    if not title or not is_date:
        raise BadDocumentError(f"{file}: в шапке нужны title и version (дата, например 2026-09-01).")
    return Written(name, str(title), version, body)


def changed_documents(cabinet: Cabinet) -> list[DocumentChanged]:
    """The documents whose text differs from what was published under the same version."""
    with scope(cabinet):
        known = {(each.name, each.version): each.text_sha256 for each in DocumentVersion.objects.all()}
    documents = [written(cabinet, name) for name in documents_of(cabinet)]
    return [
        DocumentChanged(
            f"documents/{each.name}.md: текст изменён, а версия {each.version} прежняя. Укажите новую версию."
        )
        for each in documents
        if known.get((each.name, each.version), each.text_sha256) != each.text_sha256
    ]


def publish(cabinet: Cabinet) -> int:
    """Publish what is new in the cabinet's folder; returns how many versions were added. Raises DocumentChanged."""
    added = 0
    for changed in changed_documents(cabinet):
        raise changed
    with scope(cabinet), transaction.atomic():
        known = set(DocumentVersion.objects.values_list("name", "version"))
        for name in documents_of(cabinet):
            document = written(cabinet, name)
            if (name, document.version) not in known:
                DocumentVersion.objects.create(
                    name=name,
                    version=document.version,
                    title=document.title,
                    body=document.body,
                    text_sha256=document.text_sha256,
                    published_at=clock.wall(),
                )
                added += 1
    if added:
        forget(cabinet)
    return added


def newest(name: str) -> DocumentVersion | None:
    """The version in force of a document of the scoped cabinet: the newest whose day has come."""
    today = clock.today(current().profile.timezone).isoformat()
    published = DocumentVersion.objects.filter(name=name, version__lte=today)
    found: DocumentVersion | None = published.order_by("-version").first()
    return found


# Read at most every half a minute: the first screen of every registration shows what it asks consent to.
remembered_document: Memory[DocumentVersion | None] = Memory(lambda _, name: newest(name))


def versions(name: str) -> list[DocumentVersion]:
    """All versions, the newest first."""
    return list(DocumentVersion.objects.filter(name=name).order_by("-version"))
