"""The folder of cabinets that is measured."""

import shutil
from pathlib import Path

SLUG = "profcards"
_ROOT = Path(__file__).resolve().parents[2]
# Of the measurement alone: a page that a cabinet's folder may hold without a change to the product.
_TEMPLATES = Path(__file__).parent / "empty" / "templates"


def copied_cabinets(folder: Path) -> Path:
    """A folder of cabinets with the sample cabinet, to which the template of the empty page is added."""
    cabinets = folder / "cabinets"
    shutil.copytree(_ROOT / "cabinets" / SLUG, cabinets / SLUG)
    shutil.copytree(_TEMPLATES, cabinets / SLUG / "templates", dirs_exist_ok=True)
    return cabinets
