"""One brand colour becomes a whole scale, light and dark, on which text keeps WCAG AA contrast (4.5 to 1).

Lightness, chroma and hue are those of OKLCH; the matrices are Björn Ottosson's, https://bottosson.github.io/posts/oklab/
"""

import math
import re
from dataclasses import dataclass
from functools import cache

AA_CONTRAST = 4.5
WHITE = "#ffffff"
INK = "#14202e"
PAGE = "#f3f5f8"
DARK_SURFACE = "#1a2330"
DARK_INK = "#0b121b"

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LIGHTNESS_STEP = 0.005
# A colour that is bright and vivid (yellow, lime) is kept as it is and written upon in dark ink.
_BRIGHT_LIGHTNESS = 0.8
_BRIGHT_CHROMA = 0.1
_GAMUT_MARGIN = 1e-4
_CHROMA_SHRINK = 0.95
_CHROMA_STEPS = 200


@dataclass(frozen=True)
class Scale:
    """The colours made from one accent, each `#rrggbb`."""

    fill: str
    fill_hover: str
    on_fill: str
    ink: str
    soft: str
    line: str
    deep: str
    deep_top: str
    dark_fill: str
    dark_fill_hover: str
    dark_on_fill: str
    dark_ink: str
    dark_soft: str
    dark_line: str


@dataclass(frozen=True)
class Oklch:
    """A colour by perceived lightness (0 to 1), chroma (0 to about 0.4) and hue (radians)."""

    lightness: float
    chroma: float
    hue: float

    def at(self, lightness: float, chroma_limit: float = 1.0) -> str:
        """The same hue as `#rrggbb` at another lightness, its chroma no higher than the limit."""
        return _to_hex(Oklch(lightness, min(self.chroma, chroma_limit), self.hue))


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@cache
def accent_scale(accent: str) -> Scale:
    """The light and dark scale of one accent `#rrggbb`; every text colour of it keeps AA. Raises ValueError."""
    if not _HEX.fullmatch(accent):
        raise ValueError(f"a colour is written like #1a4fd0, not {accent!r}")
    colour = _from_hex(accent)
    bright = colour.lightness >= _BRIGHT_LIGHTNESS and colour.chroma >= _BRIGHT_CHROMA
    on_fill = INK if bright else WHITE
    fill_lightness = colour.lightness if bright else _walk(colour, colour.lightness, -1, (WHITE,))
    soft = colour.at(0.955, 0.035)
    dark_soft = colour.at(0.30, 0.06)
    dark_lightness = _walk(colour, max(colour.lightness, 0.67), 1, (DARK_SURFACE, DARK_INK))
    dark_ink_lightness = _walk(colour, max(dark_lightness, 0.74), 1, (DARK_SURFACE, dark_soft))
    return Scale(
        fill=colour.at(fill_lightness),
        fill_hover=colour.at(fill_lightness - 0.06),
        on_fill=on_fill,
        ink=colour.at(_walk(colour, fill_lightness, -1, (PAGE, soft))),
        soft=soft,
        line=colour.at(0.86, 0.07),
        deep=colour.at(0.30, 0.12),
        deep_top=colour.at(0.42, 0.15),
        dark_fill=colour.at(dark_lightness),
        dark_fill_hover=colour.at(min(dark_lightness + 0.07, 1.0)),
        dark_on_fill=DARK_INK,
        dark_ink=colour.at(dark_ink_lightness),
        dark_soft=dark_soft,
        dark_line=colour.at(0.42, 0.09),
    )


def theme_css(accent: str) -> str:
    """The style sheet of one accent: custom properties for the light and the dark scheme."""
    scale = accent_scale(accent)
    light = {
        "accent": scale.fill,
        "accent-hover": scale.fill_hover,
        "on-accent": scale.on_fill,
        "accent-ink": scale.ink,
        "accent-soft": scale.soft,
        "accent-line": scale.line,
        "accent-deep": scale.deep,
        "accent-deep-top": scale.deep_top,
    }
    dark = {
        "accent": scale.dark_fill,
        "accent-hover": scale.dark_fill_hover,
        "on-accent": scale.dark_on_fill,
        "accent-ink": scale.dark_ink,
        "accent-soft": scale.dark_soft,
        "accent-line": scale.dark_line,
    }
    return f"{_root(light)}@media (prefers-color-scheme:dark){{{_root(dark)}}}\n"


def _root(properties: dict[str, str]) -> str:
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in properties.items()) + "}"


def _walk(colour: Oklch, start: float, direction: int, backgrounds: tuple[str, ...]) -> float:
    """The first lightness from `start`, downwards or upwards, at which the colour is read on every background."""
    lightness = start
    for _ in range(math.ceil(1 / _LIGHTNESS_STEP)):
        shade = colour.at(lightness)
        if min(contrast(shade, background) for background in backgrounds) >= AA_CONTRAST:
            return lightness
        lightness = min(max(lightness + direction * _LIGHTNESS_STEP, 0.0), 1.0)
    return lightness


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


@cache
def _luminance(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _from_hex(colour: str) -> Oklch:
    red, green, blue = _channels(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red))


def _to_hex(colour: Oklch) -> str:
    """The nearest `#rrggbb`: chroma shrinks until the colour fits what a screen can show."""
    chroma = colour.chroma
    channels = _linear_channels(colour)
    for _ in range(_CHROMA_STEPS):
        if all(-_GAMUT_MARGIN <= channel <= 1 + _GAMUT_MARGIN for channel in channels):
            break
        chroma *= _CHROMA_SHRINK
        channels = _linear_channels(Oklch(colour.lightness, chroma, colour.hue))
    shown = (round(_encoded(min(max(channel, 0.0), 1.0)) * 255) for channel in channels)
    return "#" + "".join(f"{channel:02x}" for channel in shown)


def _linear_channels(colour: Oklch) -> tuple[float, float, float]:
    green_red = colour.chroma * math.cos(colour.hue)
    blue_yellow = colour.chroma * math.sin(colour.hue)
    long = (colour.lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    medium = (colour.lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (colour.lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
