"""The scale made from any accent is readable, in both schemes."""

import dataclasses
import random

import pytest

from openlk.look.theme import AA_CONTRAST, DARK_SURFACE, PAGE, WHITE, Scale, accent_scale, contrast, theme_css

KNOWN_ACCENTS = (
    "#ffd600",
    "#00e5ff",
    "#ffffff",
    "#000000",
    "#ff0000",
    "#7cfc00",
    "#0d4cd3",
    "#21a038",
    "#e30611",
    "#003791",
)


def accents() -> list[str]:
    drawn = random.Random(1)  # noqa: S311 - colours to try, not secrets
    return [*KNOWN_ACCENTS, *(f"#{drawn.randrange(1 << 24):06x}" for _ in range(2_000))]


def unreadable(scale: Scale) -> list[str]:
    """The pairs of text and background that stay under AA."""
    pairs = {
        "on_fill / fill": (scale.on_fill, scale.fill),
        "on_fill / fill_hover": (scale.on_fill, scale.fill_hover),
        "ink / page": (scale.ink, PAGE),
        "ink / white": (scale.ink, WHITE),
        "ink / soft": (scale.ink, scale.soft),
        "white / deep": (WHITE, scale.deep),
        "white / deep_top": (WHITE, scale.deep_top),
        "dark_on_fill / dark_fill": (scale.dark_on_fill, scale.dark_fill),
        "dark_on_fill / dark_fill_hover": (scale.dark_on_fill, scale.dark_fill_hover),
        "dark_ink / surface": (scale.dark_ink, DARK_SURFACE),
        "dark_ink / dark_soft": (scale.dark_ink, scale.dark_soft),
    }
    return [name for name, (text, background) in pairs.items() if contrast(text, background) < AA_CONTRAST]


def test_every_accent_keeps_text_readable() -> None:
    failures = {accent: bad for accent in accents() if (bad := unreadable(accent_scale(accent)))}
    assert failures == {}


def test_a_broken_scale_is_caught() -> None:
    scale = accent_scale("#1a4fd0")
    assert unreadable(dataclasses.replace(scale, ink=scale.line)) == ["ink / page", "ink / white", "ink / soft"]
    assert unreadable(dataclasses.replace(scale, on_fill=scale.fill_hover)) == [
        "on_fill / fill",
        "on_fill / fill_hover",
    ]
    assert unreadable(dataclasses.replace(scale, dark_ink=scale.deep_top)) == [
        "dark_ink / surface",
        "dark_ink / dark_soft",
    ]


def test_a_readable_accent_stays_the_brands_own() -> None:
    assert accent_scale("#1a4fd0").fill == "#1a4fd0"


def test_a_bright_yellow_stays_yellow_under_dark_text() -> None:
    scale = accent_scale("#ffd600")
    assert scale.fill == "#ffd600"
    assert contrast(scale.on_fill, WHITE) > AA_CONTRAST


@pytest.mark.parametrize("wrong", ["1a4fd0", "#1a4", "#1a4fd0ff", "синий", "#1a4fd0;}", ""])
def test_a_colour_written_otherwise_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="#1a4fd0"):
        accent_scale(wrong)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_the_theme_names_both_schemes() -> None:
    css = theme_css("#1a4fd0")
    light, dark = css.split("@media (prefers-color-scheme:dark)")
    assert "--accent:#1a4fd0" in light
    assert "--accent-deep-top:" in light
    assert "--accent-ink:" in dark
    assert css.count("{") == css.count("}")
