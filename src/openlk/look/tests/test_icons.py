"""Icons come from the wheel, are silent for screen readers, and a wrong name says the right one."""

import pytest
from markupsafe import Markup

from openlk.look.icons import UnknownIcon, icon, icon_names


def test_an_icon_is_inline_and_hidden_from_screen_readers() -> None:
    svg = icon("snowflake")
    assert isinstance(svg, Markup)
    assert svg.startswith('<svg class="ic"')
    assert svg.endswith("</svg>")
    assert 'aria-hidden="true"' in svg
    assert 'focusable="false"' in svg
    assert svg.count("<svg") == 1
    assert "xmlns" not in svg
    assert "style=" not in svg


def test_the_class_is_escaped() -> None:
    assert 'class="big &#34;&gt;"' in icon("snowflake", 'big ">')


def test_the_same_icon_is_made_once() -> None:
    assert icon("house", "mark") is icon("house", "mark")


def test_a_wrong_name_gives_the_nearest_right_one() -> None:
    with pytest.raises(UnknownIcon, match="'snowflakes', did you mean 'snowflake'"):
        icon("snowflakes")


def test_a_name_like_nothing_is_refused_without_a_guess() -> None:
    with pytest.raises(UnknownIcon, match=r"there is no icon 'ЖЖЖ'$"):
        icon("ЖЖЖ")


def test_every_icon_of_the_wheel_can_be_drawn() -> None:
    names = sorted(icon_names())
    assert len(names) > 1_000
    assert all(icon(name).count("</svg>") == 1 for name in names)
