"""A run in hand: what steps read and change during one transition."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openlk.cabinets.loading import Cabinet

if TYPE_CHECKING:
    from openlk.flows.fields import FieldDefinition


@dataclass(frozen=True)
class Visitor:
    """Who acts: the browser's secret (only its digest is stored), its network address."""

    browser: str
    address: str


@dataclass
class Walk:
    """The answers (typed by the person, sealed at rest) and the facts (derived by the server, ids only)."""

    cabinet: Cabinet
    fields: Mapping[str, FieldDefinition]
    visitor: Visitor
    answers: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    run_id: str = ""

    def copied(self) -> Walk:
        """An independent copy, for a try that may be undone."""
        return Walk(
            self.cabinet,
            self.fields,
            self.visitor,
            copy.deepcopy(self.answers),
            copy.deepcopy(self.facts),
            self.run_id,
        )
