"""Every suppression names what it silences and says why, on the same line."""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.support.source import all_python, shown

SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no|ruff:|mypy:|pyright:|nosec|fmt:\s*(?:off|skip))")
# The rule in brackets or after a colon, then the reason: at least two words.
REASONED = (
    re.compile(r"#\s*noqa:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*\s+(?:[-#—]+\s*)?\S+\s+\S+"),
    re.compile(r"#\s*type:\s*ignore\[[a-z, -]+\]\s*#\s*\S+\s+\S+"),
)


def unreasoned(source: str) -> Iterator[int]:
    """The lines with a suppression that names no rule or gives no reason."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and SUPPRESSION.search(token.string):
            parts = re.split(r"(?=#\s*(?:noqa|type:\s*ignore))", token.string)
            asked = [part for part in parts if SUPPRESSION.search(part)]
            if not all(any(reason.match(part) for reason in REASONED) for part in asked):
                yield token.start[0]


def test_every_suppression_gives_its_reason() -> None:
    found = {shown(file): lines for file in all_python() if (lines := list(unreasoned(file.read_text())))}
    assert found == {}


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S105",
        "# noqa: S105 --",
        "# noqa because it is so",
        "# type: ignore",
        "# type: ignore[misc]",
        "# type: ignore  # the stubs are wrong",
        "# pragma: no cover -- it is not reached",
        "# ruff: noqa",
        "# type: ignore[misc]  # noqa: S105 -- the name of an answer",
    ],
)
def test_a_silent_suppression_is_caught(comment: str) -> None:
    assert list(unreasoned(f"value = 1  {comment}\n")) == [1]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S105 -- the name of an answer",
        "# noqa: FBT001, FBT002 - Django's signature",
        "# type: ignore[misc]  # the stubs want another manager",
        "# an honest comment about noqa",
    ],
)
def test_a_reasoned_suppression_is_right(comment: str) -> None:
    assert not list(unreasoned(f"value = 1  {comment}\n"))
