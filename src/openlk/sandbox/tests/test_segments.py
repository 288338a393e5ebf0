"""How many SMS a text takes."""

import pytest

from openlk.sandbox.segments import segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 69 + "я", 1),
        ("a" * 70 + "я", 2),
    ],
)
def test_segments_follow_the_standard(text: str, expected: int) -> None:
    assert segments(text) == expected
