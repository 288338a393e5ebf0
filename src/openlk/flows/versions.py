"""Frozen versions of flows: a run goes on with the structure it began with, in today's words."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from openlk.cabinets.loading import Cabinet
from openlk.flows.definition import AnyStep, FlowDefinition, flows_of, steps_of
from openlk.flows.fields import fields_of
from openlk.flows.models import FlowVersion
from openlk.flows.step import Step

_STEPS: TypeAdapter[tuple[Any, ...]] = TypeAdapter(tuple[AnyStep, ...])


class NoLongerFits(Exception):
    """A frozen version names steps, options or fields that today's engine or cabinet does not have."""


@dataclass(frozen=True)
class Flow:
    """A flow as one run walks it."""

    name: str
    title: str
    idle_days: int
    steps: Sequence[Step]

    def screen_at(self, position: int) -> int:
        """The place of the screen that collected what the step at `position` checks."""
        for place in range(min(position, len(self.steps) - 1), -1, -1):
            if self.steps[place].asks:
                return place
        return 0

    def screens(self) -> list[int]:
        """The places of all screens that ask."""
        return [place for place, step in enumerate(self.steps) if step.asks]


def structure(definition: FlowDefinition) -> list[dict[str, Any]]:
    """The steps with their options, without the words."""
    return [
        options.model_dump(mode="json", by_alias=True, exclude=set(options.words())) for options in definition.steps
    ]


def current_flow(cabinet: Cabinet, name: str) -> Flow:
    """Today's flow, not yet frozen."""
    definition = flows_of(cabinet)[name]
    return Flow(name, definition.title, definition.idle_days, steps_of(definition))


def freeze(cabinet: Cabinet, name: str) -> FlowVersion:
    """Today's structure of a flow as a version; the same structure is one row, whoever comes first."""
    steps = structure(flows_of(cabinet)[name])
    text = json.dumps(steps, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    found: FlowVersion | None = FlowVersion.objects.filter(flow=name, sha256=sha256).first()
    if found is None:
        row = FlowVersion(flow=name, sha256=sha256, structure=steps)
        FlowVersion.objects.bulk_create([row], ignore_conflicts=True)
        found = FlowVersion.objects.get(flow=name, sha256=sha256)
    return found


def thawed(cabinet: Cabinet, version: FlowVersion) -> Flow:
    """The flow of a frozen version, with today's words where the steps still correspond. Raises NoLongerFits."""
    definition = flows_of(cabinet).get(version.flow)
    if definition is None:
        raise NoLongerFits(version.flow)
    if structure(definition) == version.structure:
        steps = steps_of(definition)
    else:
        steps = _old_steps(cabinet, definition, version.structure)
    return Flow(version.flow, definition.title, definition.idle_days, steps)


def _old_steps(cabinet: Cabinet, definition: FlowDefinition, frozen: Sequence[dict[str, Any]]) -> list[Step]:
    worded = []
    for place, options in enumerate(frozen):
        today = definition.steps[place] if place < len(definition.steps) else None
        same_kind = today is not None and today.use == options.get("use")
        spoken = {key: getattr(today, key) for key in today.words()} if today and same_kind else {}
        worded.append({**options, **spoken})
    try:
        steps = steps_of(definition.model_copy(update={"steps": _STEPS.validate_python(worded)}))
    except ValidationError as error:
        raise NoLongerFits(definition.title) from error
    known = fields_of(cabinet)
    asked = {name for step in steps for name in getattr(step.options, "fields", ())}
    if not asked <= set(known):
        raise NoLongerFits(", ".join(sorted(asked - set(known))))
    return steps
