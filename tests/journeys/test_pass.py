"""The membership pass: read from the screen as a cashier's telephone would, and checked by a stranger."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.support.browsing import Arrive, Walker
from tests.support.members import sample_people
from tests.support.screens import expect_heading, link, log_in
from tests.support.walks import walks

ANNA = sample_people()[0]
SHORT_NAME = "Ковалёва А. П."


def _read_code(shown: Locator) -> str:
    """What a scanner reads from the picture on the screen, once the picture is there."""
    if shown.evaluate("each => each.tagName") == "IMG":
        shown.evaluate("image => image.decode()")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown.screenshot())))
    assert len(found) == 1, f"{len(found)} codes are on the picture"
    return found[0].text


def _inside(walker: Walker) -> None:
    log_in(walker.open("login"), ANNA.member.card, ANNA.password)
    expect_heading(walker.page, f"Здравствуйте, {ANNA.member.given_names}")


@pytest.mark.parametrize(("device", "scheme"), [("phone", "light"), ("phone", "dark"), ("desktop", "light")])
@walks(1)
def test_member_shows_the_pass_and_a_stranger_checks_it(arrive: Arrive, device: str, scheme: str) -> None:
    walker = arrive(device, color_scheme=scheme)
    _inside(walker)
    page = walker.page
    from_home = _read_code(page.get_by_alt_text("QR-код билета"))
    link(page, "Показать QR-код билета").click()
    expect_heading(page, "Электронный профсоюзный билет")
    expect(page.locator("main")).to_contain_text(ANNA.member.printed_card)
    address = _read_code(page.get_by_role("img", name="QR-код билета"))
    assert address.startswith(walker.world.home + "pass/")
    assert ANNA.member.card not in address

    cashier = arrive("phone").page
    for each in (address, from_home):
        cashier.goto(each)
        expect_heading(cashier, "Билет действует")
        expect(cashier.locator("main")).to_contain_text(SHORT_NAME)
        shown = cashier.content()
        for hidden in ("Анна", "Петровна", ANNA.member.card, ANNA.member.printed_card, ANNA.member.card[-4:]):
            assert hidden not in shown


@walks(1)
def test_forged_pass_is_not_confirmed(arrive: Arrive) -> None:
    walker = arrive()
    _inside(walker)
    walker.open("me/pass")
    address = _read_code(walker.page.get_by_role("img", name="QR-код билета"))
    token = address.rpartition("/")[2]
    middle = len(token) // 2
    other = "A" if token[middle] != "A" else "B"
    stranger = arrive("phone")
    for forged in (token[:middle] + other + token[middle + 1 :], token[:-4], "1", "x" * 200):
        answer = stranger.page.goto(f"{walker.world.home}pass/{forged}")
        assert answer is not None
        assert answer.status == 404
        expect_heading(stranger.page, "Билет не подтверждён")
        assert SHORT_NAME not in stranger.page.content()
