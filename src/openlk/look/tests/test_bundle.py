"""The style sheet is whole, in order, light, and asks nothing of another host."""

import gzip
import re
from pathlib import Path

import pytest

from openlk.look.bundle import BUNDLE_NAME, STYLES, bundle_css
from openlk.look.theme import theme_css

STATIC = STYLES.parent / "static"
CSS_BUDGET_BYTES = 12 * 1024
JS_BUDGET_BYTES = 4 * 1024


def test_files_are_joined_in_name_order_without_comments(tmp_path: Path) -> None:
    (tmp_path / "20-second.css").write_text("b {\n  color: red;\n}\n", encoding="utf-8")
    (tmp_path / "10-first.css").write_text("/* why\n   so */\n\na { color: blue; }\n", encoding="utf-8")
    assert bundle_css(tmp_path) == "a { color: blue; }\nb {\ncolor: red;\n}\n"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bundle_css(tmp_path)


def test_layers_are_declared_first() -> None:
    assert bundle_css().startswith("@layer reset, tokens, base, layout, components, utilities;")


def test_every_rule_stands_in_a_layer() -> None:
    outside = [
        f"{file.name}: {line}"
        for file in STYLES.glob("*.css")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith((" ", "}", "/*", "@layer "))
    ]
    assert outside == []


def test_braces_match_in_every_file() -> None:
    for file in STYLES.glob("*.css"):
        sheet = file.read_text(encoding="utf-8")
        assert sheet.count("{") == sheet.count("}"), file.name


def test_every_property_used_is_defined() -> None:
    sheet = bundle_css()
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", sheet))
    assert used - set(re.findall(r"(--[a-z0-9-]+):", sheet)) == set()


def test_every_address_is_a_file_of_our_own() -> None:
    addresses = re.findall(r"url\(([^)]*)\)", bundle_css())
    assert addresses
    for address in addresses:
        assert (STATIC / BUNDLE_NAME).parent.joinpath(address.strip("\"'")).is_file(), address
    assert "@import" not in bundle_css()


def test_the_style_sheet_and_theme_fit_the_budget() -> None:
    sent = gzip.compress((bundle_css() + theme_css("#1a4fd0")).encode())
    assert len(sent) <= CSS_BUDGET_BYTES


def test_the_script_fits_the_budget() -> None:
    assert len(gzip.compress((STATIC / "look" / "openlk.js").read_bytes())) <= JS_BUDGET_BYTES
