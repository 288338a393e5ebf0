"""The nearest correct name, for messages about a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches

LEAST_LIKENESS = 0.6


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` most like `word` (case aside), or None when nothing is near enough."""
    known = {candidate.casefold(): candidate for candidate in words}
    found = get_close_matches(word.casefold(), known, n=1, cutoff=LEAST_LIKENESS)
    return known[found[0]] if found else None
