"""Who walks to a page's state, and what such a state is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, Page

from tests.support.browsing import Walker
from tests.support.members import Member, Members
from tests.support.screens import label

ControlKind = Literal["label", "button", "link"]
Control = tuple[ControlKind, str]


@dataclass(frozen=True)
class Stage:
    """Who walks there, and the members that may be asked for."""

    walker: Walker
    members: Members

    @property
    def page(self) -> Page:
        """The walker's page."""
        return self.walker.page

    def reachable(self) -> Member:
        """Somebody whose telephone and e-mail the register knows."""
        return self.members.look_for(lambda each: bool(each.phone and each.email))


@dataclass(frozen=True)
class State:
    """A page as somebody sees it. `title` is without the cabinet's name, «№» in it stands for any number; `controls`
    are those of the manuals.
    """

    name: str
    title: str
    reach: Callable[[Stage], object]
    controls: tuple[Control, ...] = ()
    member: bool = False


def find(page: Page, control: Control) -> Locator:
    """The control by its exact words, visible or not."""
    kind, words = control
    if kind == "label":
        return label(page, words)
    return page.get_by_role(kind, name=words, exact=True)


def at(path: str) -> Callable[[Stage], object]:
    """The page at an address of the cabinet, as it opens."""
    return lambda stage: stage.walker.open(path)
