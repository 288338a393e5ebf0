"""Reads of imports, always of the scoped cabinet."""

from collections.abc import Iterator
from pathlib import Path

from openlk.files.importing import ERRORS
from openlk.files.leases import folder_of
from openlk.files.models import Import


def imports(limit: int = 100) -> Iterator[Import]:
    """The newest imports first."""
    yield from Import.objects.order_by("-pk")[:limit]


def error_file_of(import_id: int) -> Path | None:
    """The file of everything that an import refused, while it is kept on this machine."""
    file = folder_of(import_id) / ERRORS
    return file if file.is_file() else None
