"""A cabinet's own limits."""

import shutil
from pathlib import Path

import pytest

from openlk.cabinets.loading import Cabinet, load
from openlk.cabinets.problems import DefinitionError
from openlk.guard.definition import LimitsDefinition, limits_of


def _with(cabinet: Cabinet, folder: Path, text: str) -> Cabinet:
    copy = folder / cabinet.slug
    shutil.copytree(cabinet.folder, copy)
    file = copy / "cabinet.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
    return load(copy)


def test_a_cabinet_that_says_nothing_has_the_usual_limits(cabinet: Cabinet) -> None:
    assert limits_of(cabinet) == LimitsDefinition()


def test_a_cabinet_sets_its_own(cabinet: Cabinet, tmp_path: Path) -> None:
    limits = limits_of(_with(cabinet, tmp_path, "[limits]\nsms_per_day = 7"))
    assert (limits.sms_per_day, limits.letters_per_day) == (7, LimitsDefinition().letters_per_day)


@pytest.mark.parametrize("line", ["sms_per_day = 0", 'sms_per_day = "много"', "sms_per_dya = 5"])
def test_a_limit_that_is_none_is_named(cabinet: Cabinet, tmp_path: Path, line: str) -> None:
    with pytest.raises(DefinitionError, match=r"limits\.sms_per_d"):
        _with(cabinet, tmp_path, f"[limits]\n{line}")
