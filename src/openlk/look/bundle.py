"""The one style sheet of the product, put together from the files of `styles/`."""

import re
from pathlib import Path

STYLES = Path(__file__).parent / "styles"
BUNDLE_NAME = "look/openlk.css"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def bundle_css(folder: Path = STYLES) -> str:
    """All `NN-name.css` of the folder in file-name order, without comments, indents and blank lines.

    Relative addresses in it count from the folder of `BUNDLE_NAME` among the static files.
    """
    files = sorted(folder.glob("*.css"))
    if not files:
        raise FileNotFoundError(f"no style sheets in {folder}")
    sheet = "\n".join(file.read_text(encoding="utf-8") for file in files)
    lines = (line.strip() for line in _COMMENT.sub("", sheet).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
