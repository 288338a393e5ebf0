"""A run in hand: what steps read and change during one transition."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from openlk.cabinets.loading import Cabinet
from openlk.kit import clock

if TYPE_CHECKING:
    from openlk.flows.fields import FieldDefinition


# How old a proof of who is acting may be for a change of contacts, of the password, of where money goes.
PROOF_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Visitor:
    """Who acts: the browser's secret (only its digest is stored), its network address, and who is signed in there.

    `proved_at`: when the signed-in person last proved who they are.
    """

    browser: str
    address: str
    login_id: int | None = None
    session_id: int | None = None
    proved_at: datetime | None = None

    @property
    def proved_lately(self) -> bool:
        return self.proved_at is not None and clock.wall() - self.proved_at <= PROOF_LIFE


@dataclass
class Walk:
    """The answers (typed by the person, sealed at rest) and the facts (derived by the server, ids only).

    `moment` is what only this transition needs and nothing keeps. In a silent flow the fact «nobody» is true where no
    such person was found: the same screens are walked, and nothing is sent.
    """

    cabinet: Cabinet
    fields: Mapping[str, FieldDefinition]
    visitor: Visitor
    answers: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    run_id: str = ""
    silent: bool = False
    position: int = 0
    moment: dict[str, Any] = field(default_factory=dict)

    @property
    def nobody(self) -> bool:
        return bool(self.facts.get("nobody"))

    @property
    def subject(self) -> str:
        """What the one-time secrets of the step at hand belong to."""
        return f"run:{self.run_id}:{self.position}"

    def copied(self) -> Walk:
        """An independent copy, for a try that may be undone."""
        return replace(self, answers=copy.deepcopy(self.answers), facts=copy.deepcopy(self.facts))
