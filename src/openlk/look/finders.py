"""Static files that are built rather than kept: the style sheet, and each cabinet's theme and own files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from openlk.cabinets.registry import cabinets
from openlk.look.bundle import bundle_css
from openlk.look.theme import theme_css


def _built() -> dict[str, str]:
    files = {"look/openlk.css": bundle_css()}
    for cabinet in cabinets().values():
        files[f"cabinet/{cabinet.slug}/theme.css"] = theme_css(cabinet.profile.accent)
    return files


class BuiltStyles(BaseFinder):
    """`look/openlk.css` from the styles folder, `cabinet/<slug>/theme.css` from the accent colour."""

    def check(self, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        """Nothing lies on disk under these names."""
        del path
        return [] if find_all else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, InMemoryStorage]]:
        del ignore_patterns
        storage = InMemoryStorage()
        for name, text in _built().items():
            storage.save(name, ContentFile(text.encode()))
            yield name, storage


class CabinetStatic(BaseFinder):
    """`cabinet/<slug>/…` from the cabinet's own static folder."""

    def check(self, **_: Any) -> list[Any]:
        return []

    def _folders(self) -> Iterator[tuple[str, Path]]:
        for cabinet in cabinets().values():
            folder = cabinet.folder / "static"
            if folder.is_dir():
                yield f"cabinet/{cabinet.slug}", folder

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        """The file of that public path, or nothing."""
        for prefix, folder in self._folders():
            file = folder / path.removeprefix(f"{prefix}/")
            if path.startswith(f"{prefix}/") and file.is_file():
                return [str(file)] if find_all else str(file)
        return [] if find_all else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        del ignore_patterns
        for prefix, folder in self._folders():
            storage = FileSystemStorage(location=folder)
            storage.prefix = prefix  # type: ignore[attr-defined]  # how collectstatic is told the public folder
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    yield str(file.relative_to(folder)), storage
