"""A member is found however the name and the number are written."""

import unicodedata
from collections.abc import Callable

import pytest

from tests.support.browsing import Arrive
from tests.support.members import Member, Members
from tests.support.screens import expect_heading, say_who
from tests.support.walks import walks

Spelling = Callable[[str], str]
Fits = Callable[[Member], bool]


def _spaced(card: str) -> str:
    return f" {card[:2]} {card[2:6]}\u00a0{card[6:]} "


NAMES: dict[str, tuple[Fits, Spelling]] = {
    "ё as е": (lambda each: "ё" in each.full_name, lambda name: name.replace("ё", "е")),
    "е for ё in the register": (
        lambda each: each.full_name == "Королева Алена Артемовна",
        lambda _: "Королёва Алёна Артёмовна",
    ),
    "capitals": (lambda each: " " in each.full_name, str.upper),
    "small letters": (lambda each: each.full_name.isupper(), str.lower),
    "more spaces": (lambda each: " " in each.full_name, lambda name: f"  {name.replace(' ', '   ')} "),
    "no-break spaces": (lambda each: " " in each.full_name, lambda name: name.replace(" ", "\u00a0")),
    "space for a hyphen": (lambda each: "-" in each.full_name, lambda name: name.replace("-", " ")),
    "a dash with spaces": (lambda each: "-" in each.full_name, lambda name: name.replace("-", " – ")),
    "letters in two parts (NFD)": (
        lambda each: "й" in each.full_name and "ё" in each.full_name,
        lambda name: unicodedata.normalize("NFD", name),
    ),
    "no patronymic": (lambda each: each.full_name.count(" ") == 1, str),
    "a surname of one letter": (lambda each: each.full_name.startswith("О "), str),
    "three words and «кызы»": (lambda each: each.full_name.endswith("кызы"), str),
}
CARDS: dict[str, tuple[Fits, Spelling]] = {
    "spaces": (lambda each: " " not in each.printed_card, _spaced),
    "no spaces": (lambda each: " " in each.printed_card, lambda card: card.replace(" ", "")),
    "hyphens": (lambda each: " " not in each.printed_card, lambda card: f"{card[:2]}-{card[2:6]}-{card[6:]}"),
    "a leading zero": (lambda each: each.printed_card.startswith("0"), str),
    "two leading zeros": (lambda each: each.printed_card.startswith("00"), str),
}


@pytest.mark.parametrize("spelling", NAMES)
@walks(17, 24)
def test_member_is_found_however_the_name_is_written(arrive: Arrive, members: Members, spelling: str) -> None:
    fits, spelled = NAMES[spelling]
    member = members.look_for(fits)
    page = arrive().open("register")
    say_who(page, spelled(member.full_name), member.printed_card)
    expect_heading(page, "Контакты и пароль")


@pytest.mark.parametrize("spelling", CARDS)
@walks(19, 24)
def test_member_is_found_however_the_number_is_written(arrive: Arrive, members: Members, spelling: str) -> None:
    fits, spelled = CARDS[spelling]
    member = members.look_for(fits)
    page = arrive().open("register")
    say_who(page, member.full_name, spelled(member.printed_card))
    expect_heading(page, "Контакты и пароль")


@walks(24)
def test_two_members_of_one_name_are_told_apart_by_the_card(arrive: Arrive, members: Members) -> None:
    namesakes = members.look_for_all("Иванова Мария Сергеевна")
    assert len({each.card for each in namesakes}) == 2
    seen = set()
    for member in namesakes:
        page = arrive().open("register")
        say_who(page, member.full_name, member.printed_card)
        expect_heading(page, "Контакты и пароль")
        seen.add(page.locator(".known").first.inner_text())
    assert len(seen) == 2
