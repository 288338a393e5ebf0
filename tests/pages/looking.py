"""What is measured on a page, and the scripts that measure it in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Request

WIDTHS = (320, 390, 820, 1280)
SCHEMES = ("light", "dark")
HEIGHT = 900
PHONE_WIDTH = 390
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_ONLY_VIOLATIONS = {"resultTypes": ["violations"], "preload": False}
# The dark scheme changes colours and nothing else (test_controls.py holds the style sheets to that).
_AXE_OPTIONS = {
    "light": {
        **_ONLY_VIOLATIONS,
        "runOnly": {"type": "tag", "values": RULES},
        # Off by default, though WCAG 2.2 (2.5.8, AA) wants it.
        "rules": {"target-size": {"enabled": True}},
    },
    "dark": {**_ONLY_VIOLATIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
SMALLEST_TARGET = 24
TOLERANCE = 1

_AXE = """async options => (await axe.run(document, options)).violations.map(
    rule => `${rule.id}: ${rule.nodes.map(node => node.target.join(" ")).join(", ")}`)"""

# Whatever is wider than the window and does not scroll inside a box of its own.
_TOO_WIDE = """tolerance => {
    const root = document.documentElement;
    const found = [];
    if (root.scrollWidth > root.clientWidth + tolerance) found.push(`page: ${root.scrollWidth}`);
    for (const each of [root, document.body]) {
        const hides = ["hidden", "clip"].includes(getComputedStyle(each).overflowX);
        if (hides) found.push(`${each.tagName} hides what is wide`);
    }
    if (!found.length) return found;
    for (const each of document.querySelectorAll("body *")) {
        if (each.getBoundingClientRect().right > root.clientWidth + tolerance) {
            found.push(`${each.tagName}.${each.className}`);
        }
    }
    return found.slice(0, 12);
}"""

# WCAG 1.4.12: the spacing a reader may set.
_SPACING = """on => {
    if (!on) { document.adoptedStyleSheets = []; return; }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
        p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""
_TEXT_SIZE = "percent => { document.documentElement.style.fontSize = percent ? percent + '%' : ''; }"

_STRUCTURE = """() => ({
    lang: document.documentElement.lang,
    title: document.title,
    // A summary of errors stands before everything else, so its heading is outside of the page's own order.
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(each => !each.closest("[role=alert]"))
        .map(each => Number(each.tagName[1])),
    landmarks: document.querySelectorAll("main").length,
    inline: [...document.querySelectorAll("[style], style, script:not([src])")]
        .map(each => each.outerHTML.slice(0, 80)),
    handlers: [...document.querySelectorAll("*")].flatMap(each => each.getAttributeNames())
        .filter(name => name.startsWith("on")),
})"""

# Links inside a sentence are the exception that WCAG 2.5.8 makes.
_SMALL_TARGETS = """smallest => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.matches("input[type=hidden], .skip"))
    .filter(each => getComputedStyle(each).display !== "inline")
    .map(each => {
        const boxes = [each, ...(each.labels || [])].map(part => part.getBoundingClientRect());
        const size = name => Math.max(...boxes.map(box => box[name]));
        const name = (each.textContent || each.name || "").trim().slice(0, 40);
        return [`${each.tagName} ${name}`, size("width"), size("height")];
    })
    .filter(([, width, height]) => width < smallest || height < smallest)
    .map(([name, width, height]) => `${name}: ${width.toFixed(1)}x${height.toFixed(1)}`)"""

# The properties that rules for the dark scheme set, but for colours that have a name (`--ink`) and the browser's own.
_SET_BY_SCHEME = """() => {
    const walk = (rules, dark) => [...rules].flatMap(rule => {
        const inside = dark || (rule.media ? rule.media.mediaText.includes("prefers-color-scheme") : false);
        const own = inside && rule.style ? [...rule.style] : [];
        return own.concat(rule.cssRules ? walk(rule.cssRules, inside) : []);
    });
    const found = [...document.styleSheets].flatMap(sheet => walk(sheet.cssRules, false));
    return {all: found.length, others: found.filter(name => !name.startsWith("--") && name !== "color-scheme")};
}"""

_PAINT = """() => new Promise(resolve => {
    const found = {lcp_ms: 0, cls: 0};
    new PerformanceObserver(list => { for (const each of list.getEntries()) found.lcp_ms = each.startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver(list => { for (const each of list.getEntries()) found.cls += each.value; })
        .observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => setTimeout(() => resolve(found)));
})"""


@dataclass(frozen=True)
class Weight:
    """One answer as it came over the wire: what it is, its address, and its compressed size in bytes."""

    kind: str
    url: str
    size: int


@dataclass
class Findings:
    """Everything that was measured on one state of one page."""

    title: str = ""
    structure: dict[str, Any] = field(default_factory=dict)
    weights: list[Weight] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    small_targets: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    paint: dict[str, float] = field(default_factory=dict)


def resize(page: Page, width: int) -> None:
    """The same loaded page in another window; nothing happens when it has that width already."""
    if page.viewport_size != {"width": width, "height": HEIGHT}:
        page.set_viewport_size({"width": width, "height": HEIGHT})


def recolour(page: Page, scheme: str) -> None:
    """The same loaded page in the light or the dark scheme."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def violations_of(page: Page, widths: Sequence[int] = WIDTHS, schemes: Sequence[str] = SCHEMES) -> list[str]:
    """What axe finds against WCAG 2.0 to 2.2, A and AA, in every width and scheme."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = []
    for width in widths:
        resize(page, width)
        for scheme in schemes:
            recolour(page, scheme)
            violations = cast(list[str], page.evaluate(_AXE, _AXE_OPTIONS[scheme]))
            found += [f"{width} {scheme} {each}" for each in violations]
    recolour(page, "light")
    return found


def too_wide(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """What makes the page scroll sideways: as it is, with text of 200 %, and with the spacing of WCAG 1.4.12."""
    found = []
    for width in widths:
        resize(page, width)
        for text, spaced in ((0, False), (200, False), (0, True)):
            page.evaluate(_TEXT_SIZE, text)
            page.evaluate(_SPACING, spaced)
            wide = cast(list[str], page.evaluate(_TOO_WIDE, TOLERANCE))
            found += [f"{width} text {text or 100} %{' spaced' if spaced else ''}: {each}" for each in wide]
        page.evaluate(_SPACING, False)
    return found


def small_targets(page: Page) -> list[str]:
    """Controls smaller than 24 px on a phone."""
    resize(page, PHONE_WIDTH)
    return cast(list[str], page.evaluate(_SMALL_TARGETS, SMALLEST_TARGET))


def structure_of(page: Page) -> dict[str, Any]:
    """Language, title, levels of headings, and whatever the content policy would refuse."""
    return cast(dict[str, Any], page.evaluate(_STRUCTURE))


def set_by_scheme(page: Page) -> dict[str, Any]:
    """How many properties the colour scheme sets in the page's style sheets, and which of them are no named colours."""
    return cast(dict[str, Any], page.evaluate(_SET_BY_SCHEME))


def paint_of(page: Page) -> dict[str, float]:
    """Largest contentful paint in ms and cumulative layout shift so far, for information."""
    return cast(dict[str, float], page.evaluate(_PAINT))


def weigh(requests: Sequence[Request]) -> list[Weight]:
    """What the page got, by kind (document, stylesheet, script, image …); what never came weighs nothing."""
    came = [each for each in requests if each.failure is None]
    return [Weight(each.resource_type, each.url, each.sizes()["responseBodySize"]) for each in came]
