"""A person with nothing but a keyboard."""

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 60
# The ring around the control that has the keyboard, as the browser paints it.
RING = """element => {
    const ringed = [element, ...(element.parentElement ? [element.parentElement] : [])];
    return ringed.some(each => {
        const style = getComputedStyle(each);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    });
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the control has the keyboard; every stop on the way must be visible and ringed."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.locator("*:focus")
        if focused.count():
            expect(focused).to_be_in_viewport()
            assert focused.evaluate(RING), f"no ring around {focused.evaluate('each => each.outerHTML')}"
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{MOST_STOPS} times Tab do not reach {wanted}")
