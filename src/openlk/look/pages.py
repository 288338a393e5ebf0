"""Cutting a list into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """One page of a list: its items, its number from 1, how many pages and items there are."""

    items: Sequence[Item]
    page: int
    pages: int
    total: int


def sliced(items: Sequence[Item], wanted: str, size: int) -> Slice[Item]:
    """The page asked for; what is not a page's number gives the nearest one there is."""
    pages = max(1, -(-len(items) // size))
    number = min(max(int(wanted) if wanted.isdecimal() and len(wanted) < 7 else 1, 1), pages)
    return Slice(items[(number - 1) * size : number * size], number, pages, len(items))
