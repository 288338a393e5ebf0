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
from openlk.flows.queries import frozen_as
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
    who: str = "anyone"
    silent: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether a signed-in person must have proved lately who they are, to walk it."""
        return self.who == "login" and any(step.sensitive for step in self.steps)

    def screen_at(self, position: int) -> int:
        """The place of the screen that collected what the step at `position` checks."""
        for place in range(min(position, len(self.steps) - 1), -1, -1):
            if self.steps[place].asks:
                return place
        return 0

    def screens(self) -> list[int]:
        """The places of all screens that ask."""
        return [place for place, step in enumerate(self.steps) if step.asks]


def structure(definition: FlowDefinition) -> dict[str, Any]:
    """Who walks it, whether silently, and the steps with their options; without the words."""
    steps = [step.model_dump(mode="json", by_alias=True, exclude=set(step.words())) for step in definition.steps]
    return {"who": definition.who, "silent": definition.silent, "steps": steps}


def current_flow(cabinet: Cabinet, name: str) -> Flow:
    """Today's flow, not yet frozen."""
    definition = flows_of(cabinet)[name]
    return _flow(name, definition, steps_of(definition))


def _flow(name: str, definition: FlowDefinition, steps: Sequence[Step]) -> Flow:
    return Flow(name, definition.title, definition.idle_days, steps, definition.who, definition.silent)


def freeze(cabinet: Cabinet, name: str) -> FlowVersion:
    """Today's structure of a flow as a version; the same structure is one row, whoever comes first."""
    frozen = structure(flows_of(cabinet)[name])
    text = json.dumps(frozen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    row = FlowVersion(flow=name, sha256=sha256, structure=frozen)
    row.pk = frozen_as(name, sha256)
    if row.pk is None:
        FlowVersion.objects.bulk_create([row], ignore_conflicts=True)
        row.pk = frozen_as(name, sha256)
    return row


def thawed(cabinet: Cabinet, version: FlowVersion) -> Flow:
    """The flow of a frozen version, with today's words where the steps still correspond. Raises NoLongerFits."""
    definition = flows_of(cabinet).get(version.flow)
    if definition is None:
        raise NoLongerFits(version.flow)
    if structure(definition) == version.structure:
        return _flow(version.flow, definition, steps_of(definition))
    return _old_flow(cabinet, definition, version)


def place_after(old: FlowVersion, new: FlowVersion, flow: Flow, position: int) -> int:
    """The screen of today's flow where a run of an older one goes on: before it lies only what the run has done.

    Steps count as done as far as both flows begin alike. What lies further on may stand behind a code that nobody has
    given, however alike the places look.
    """
    before, today = _steps_in(old), _steps_in(new)
    pairs = list(zip(before, today, strict=False))
    alike = next((place for place, pair in enumerate(pairs) if not _same(*pair)), len(pairs))
    if position < alike:
        return flow.screen_at(position)
    if alike < len(pairs) and before[alike]["use"] == today[alike]["use"]:
        # The very screen that was changed is shown again, unless it waits for something that was not sent.
        step = flow.steps[alike]
        if step.asks and "proof" not in step.gives():
            return alike
    return flow.screen_at(max(alike - 1, 0))


def _steps_in(version: FlowVersion) -> list[dict[str, Any]]:
    # Release 0.1 froze the steps alone: every flow was for anyone, and none was silent.
    found: list[dict[str, Any]] = (
        version.structure["steps"] if isinstance(version.structure, dict) else version.structure
    )
    return found


def _same(before: dict[str, Any], today: dict[str, Any]) -> bool:
    """Options that came with a newer release do not make another step of it."""
    return all(key in today and today[key] == value for key, value in before.items())


def _old_flow(cabinet: Cabinet, definition: FlowDefinition, version: FlowVersion) -> Flow:
    frozen = version.structure if isinstance(version.structure, dict) else {}
    worded = [_worded(definition, place, options) for place, options in enumerate(_steps_in(version))]
    try:
        old = definition.model_copy(
            update={
                "steps": _STEPS.validate_python(worded),
                "who": frozen.get("who", "anyone"),
                "silent": frozen.get("silent", False),
            }
        )
    except ValidationError as error:
        raise NoLongerFits(definition.title) from error
    known = fields_of(cabinet)
    steps = steps_of(old)
    asked = {name for step in steps for name in getattr(step.options, "fields", ())}
    if not asked <= set(known):
        raise NoLongerFits(", ".join(sorted(asked - set(known))))
    return _flow(version.flow, old, steps)


def _worded(definition: FlowDefinition, place: int, options: dict[str, Any]) -> dict[str, Any]:
    """A frozen step with the words that the step in its place has today, if it is of the same kind."""
    today = definition.steps[place] if place < len(definition.steps) else None
    same_kind = today is not None and today.use == options.get("use")
    spoken = {key: getattr(today, key) for key in today.words()} if today and same_kind else {}
    return {**options, **spoken}
