"""What an upgrade may do to flows while people are in the middle of them, made for any flow by its own definition."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from openlk.cabinets.loading import Cabinet
from openlk.flows.definition import REGISTRATION, FlowDefinition, check, flows_of, steps_of
from openlk.flows.versions import _STEPS
from tests.flows.discovered import driven_cabinets

_PAUSE = {"use": "tell", "pause": True, "title": "Ещё немного", "button": "Дальше"}
_SAID = {"title": "Другими словами", "button": "Дальше"}


def _with_steps(flow: FlowDefinition, steps: list[Any]) -> FlowDefinition:
    return flow.model_copy(update={"steps": tuple(steps)})


def _reworded(flow: FlowDefinition) -> FlowDefinition:
    """The same steps in other words."""
    said = [{key: value for key, value in _SAID.items() if key in step.words()} for step in flow.steps]
    return _with_steps(flow, [step.model_copy(update=new) for step, new in zip(flow.steps, said, strict=True)])


def _longer(flow: FlowDefinition) -> FlowDefinition:
    """A page more on the way; going back from it is a page less."""
    return _with_steps(flow, [flow.steps[0], *_STEPS.validate_python([_PAUSE]), *flow.steps[1:]])


def _shorter(flow: FlowDefinition) -> FlowDefinition:
    """Screens that ask for a field less, where no other step needs it."""
    needed = {field for step in steps_of(flow) for field in step.needs()}
    steps = []
    for step in flow.steps:
        fields = getattr(step, "fields", ())
        kept = tuple(field for field in fields if field in needed) or fields[:1]
        steps.append(step.model_copy(update={"fields": kept}) if fields else step)
    return _with_steps(flow, steps)


def _changed(cabinet: Cabinet, change: Callable[[FlowDefinition], FlowDefinition]) -> Cabinet:
    flows = {name: change(flow) for name, flow in flows_of(cabinet).items()}
    return replace(cabinet, parts={**cabinet.parts, "flow": flows})


def _gone(cabinet: Cabinet) -> Cabinet:
    """Every flow but the one that each cabinet needs."""
    return replace(cabinet, parts={**cabinet.parts, "flow": {REGISTRATION: flows_of(cabinet)[REGISTRATION]}})


@cache
def upgrades(slug: str) -> dict[str, Cabinet]:
    """A cabinet as it ships, and what may come after it; each of them is one that `openlk check` lets pass.

    Call it while the cabinet of that slug is as it ships.
    """
    cabinet = driven_cabinets()[slug]
    found = {
        "as it was": cabinet,
        "reworded": _changed(cabinet, _reworded),
        "longer": _changed(cabinet, _longer),
        "shorter": _changed(cabinet, _shorter),
        "gone": _gone(cabinet),
    }
    problems = {name: list(check(each)) for name, each in found.items()}
    assert not any(problems.values()), problems
    return found
