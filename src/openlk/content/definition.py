"""The legal documents and news rubrics of a cabinet."""

from collections.abc import Iterator

from openlk.cabinets.loading import DEFINITION_FILE, Cabinet
from openlk.cabinets.part import Part
from openlk.cabinets.problems import Problem


class DocumentDefinition(Part):
    """`[document.<name>]`: the words of its consent box, the linked ones apart, and its link at the foot of pages.

    The text is documents/<name>.md.
    """

    consent_before: str = ""
    consent_link: str
    footer: str = ""


PARTS = {"document": dict[str, DocumentDefinition], "rubric": dict[str, str]}
OPTIONAL_PARTS = frozenset({"rubric"})


def documents_of(cabinet: Cabinet) -> dict[str, DocumentDefinition]:
    """The cabinet's documents by name."""
    found: dict[str, DocumentDefinition] = cabinet.parts["document"]
    return found


def rubrics_of(cabinet: Cabinet) -> dict[str, str]:
    """The cabinet's news rubrics: key → title."""
    found: dict[str, str] = cabinet.parts["rubric"]
    return found


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """Every declared document has its text."""
    for name in documents_of(cabinet):
        text = cabinet.folder / "documents" / f"{name}.md"
        if not text.is_file():
            file = cabinet.folder / DEFINITION_FILE
            yield Problem(file, f"document.{name}", f"нет файла documents/{name}.md с текстом документа.")
