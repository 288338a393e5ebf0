"""Icons of the `lucide` wheel as inline SVG."""

import re
from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

from markupsafe import Markup

from openlk.kit.suggest import nearest

_OPENING_TAG = re.compile(r"<svg[^>]*>")
_BETWEEN_SHAPES = re.compile(r"\s*\n\s*")


class UnknownIcon(LookupError):
    """No icon has this name; the message gives the nearest right one."""


@cache
def _archive() -> ZipFile:
    # Held in memory: opening it anew costs 8 ms for every icon.
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@cache
def icon_names() -> frozenset[str]:
    """The names of all icons that the installed wheel carries."""
    return frozenset(name.removesuffix(".svg") for name in _archive().namelist())


@cache
def icon(name: str, class_: str = "ic") -> Markup:
    """Inline SVG of one icon, drawn in the colour of the text and hidden from screen readers.

    `class_` is the SVG's class attribute, size and stroke come from the style sheet. Raises UnknownIcon.
    """
    if name not in icon_names():
        likely = nearest(name, icon_names())
        hint = f", did you mean {likely!r}?" if likely else ""
        raise UnknownIcon(f"there is no icon {name!r}{hint}")
    drawing = _archive().read(f"{name}.svg").decode()
    shapes = _BETWEEN_SHAPES.sub("", _OPENING_TAG.sub("", drawing, count=1))
    opening = Markup(
        '<svg class="{}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" aria-hidden="true" focusable="false">'
    ).format(class_)
    # The shapes come from the wheel itself, never from a person's input.
    return opening + Markup(shapes)  # noqa: S704 -- shapes from the icons' wheel
