"""Imports go only downwards along the line of rooms."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.source import PRODUCT, ROOT, line_of_rooms, may_see

LINT = Path(sys.executable).with_name("lint-imports")


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of pyproject.toml over the package `openlk` in `source`."""
    return subprocess.run(
        [LINT, "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=source,
        env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the product's source."""
    shutil.copytree(PRODUCT, tmp_path / "openlk", ignore=shutil.ignore_patterns("__pycache__", ".*", "static", "tests"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    ran = lint_imports(PRODUCT.parent)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("kit/money.py", "import openlk.cabinets.part", id="upward"),
        pytest.param("rewards/queries.py", "import openlk.support.models", id="sideways"),
        pytest.param("sandbox/faults.py", "import openlk.messages.channel", id="sandbox-looks-in"),
        pytest.param("config/demo.py", "import openlk.sandbox.faults", id="somebody-looks-into-the-sandbox"),
        pytest.param("attic/__init__.py", "", id="a-room-without-a-place"),
        pytest.param("kit/dates.py", "import openlk.kit.quarters", id="cycle-inside-a-room"),
    ],
)
def test_what_breaks_the_line_is_rejected(copied: Path, file: str, line: str) -> None:
    """A control: the contracts do catch what they are for."""
    broken = copied / "openlk" / file
    broken.parent.mkdir(exist_ok=True)
    before = broken.read_text() if broken.exists() else ""
    broken.write_text(f"{before}\n{line}\n")
    (copied / "openlk" / "kit" / "quarters.py").write_text("import openlk.kit.dates\n")
    ran = lint_imports(copied)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "BROKEN" in ran.stdout or "attic" in ran.stdout, ran.stdout + ran.stderr


def test_the_settings_list_the_rooms_along_the_line() -> None:
    """`settings.ROOMS` has the order in which applications load; it follows the same line."""
    without_tables = {"config", "sandbox", "kit"}
    assert set(settings.ROOMS) == frozenset().union(*line_of_rooms()) - without_tables
    pairs = zip(settings.ROOMS, settings.ROOMS[1:], strict=False)
    assert [(upper, lower) for upper, lower in pairs if may_see(lower, upper)] == []
