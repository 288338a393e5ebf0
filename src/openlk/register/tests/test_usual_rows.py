"""The quick look at a whole row takes nothing that the parsers would read otherwise."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlk.kit.email import parse_email
from openlk.kit.kinds import KINDS
from openlk.register.rows import USUAL

# Telephones are parsed in any case.
COMPARED = sorted(set(USUAL) - {"phone"})


@pytest.mark.parametrize("kind", COMPARED)
def test_what_looks_usual_is_its_own_value(kind: str) -> None:
    @settings(max_examples=50, deadline=None)
    @given(st.from_regex(USUAL[kind], fullmatch=True))
    def compare(cell: str) -> None:
        assert KINDS[kind].parse(cell, "") == cell
        if kind == "identifier":
            assert KINDS[kind].match_key(cell) == cell

    compare()


@pytest.mark.parametrize("kind", COMPARED)
@pytest.mark.parametrize(
    "cell", ["", " Ли Ян", "Ли  Ян", "Ли Я.", "№ 12", "a@b", "A@example.org", "a\u0301", "\u200b1"]
)
def test_what_is_not_its_own_value_does_not_look_usual(kind: str, cell: str) -> None:
    """A control: cells that a parser changes or refuses."""
    try:
        same = KINDS[kind].parse(cell, "") == cell
    except ValueError:
        same = False
    assert same or re.fullmatch(USUAL[kind], cell) is None


@settings(max_examples=50, deadline=None)
@given(
    st.from_regex(
        r"[a-z0-9]{1,30}(?:[._-][a-z0-9]{1,9})?@(?:[a-z0-9]{1,20}(?:-[a-z]{1,9})?[.]){1,2}[a-z]{2,9}", fullmatch=True
    )
)
def test_a_usual_address_stays_as_it_is(address: str) -> None:
    assert parse_email(address) == parse_email(f" {address} ") == address
