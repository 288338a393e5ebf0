"""What an upgrade may do to a flow while people are in the middle of it, made for any flow by its own definition."""

from dataclasses import replace
from functools import cache
from typing import Any

from openlk.cabinets.loading import Cabinet
from openlk.flows.definition import REGISTRATION, FlowDefinition, check, flows_of, steps_of
from openlk.flows.versions import _STEPS
from tests.flows.discovered import driven_cabinets

_PAUSE = {"use": "tell", "pause": True, "title": "Ещё немного", "button": "Дальше"}


def _with_flow(cabinet: Cabinet, name: str, flow: FlowDefinition | None) -> Cabinet:
    flows = {**flows_of(cabinet), name: flow}
    return replace(cabinet, parts={**cabinet.parts, "flow": {key: each for key, each in flows.items() if each}})


def _with_steps(cabinet: Cabinet, name: str, steps: list[Any]) -> Cabinet:
    return _with_flow(cabinet, name, flows_of(cabinet)[name].model_copy(update={"steps": tuple(steps)}))


def _reworded(cabinet: Cabinet, name: str) -> Cabinet:
    """The same steps in other words."""
    said = {"title": "Другими словами", "button": "Дальше"}
    steps = [
        step.model_copy(update={key: value for key, value in said.items() if key in step.words()})
        for step in flows_of(cabinet)[name].steps
    ]
    return _with_steps(cabinet, name, steps)


def _longer(cabinet: Cabinet, name: str, place: int) -> Cabinet:
    """A page more on the way."""
    steps = list(flows_of(cabinet)[name].steps)
    return _with_steps(cabinet, name, [*steps[:place], *_STEPS.validate_python([_PAUSE]), *steps[place:]])


def _shorter(cabinet: Cabinet, name: str) -> Cabinet:
    """Screens that ask for a field less, where no other step needs it."""
    flow = flows_of(cabinet)[name]
    needed = {field for step in steps_of(flow) for field in step.needs()}
    steps = []
    for step in flow.steps:
        fields = getattr(step, "fields", ())
        kept = tuple(field for field in fields if field in needed) or fields[:1]
        steps.append(step.model_copy(update={"fields": kept}) if fields else step)
    return _with_steps(cabinet, name, steps)


@cache
def upgrades(slug: str, flow: str) -> dict[str, Cabinet]:
    """Today's definition and what may come after it, each of them one that `openlk check` lets pass.

    Call it while the cabinet of that slug is as it ships.
    """
    cabinet = driven_cabinets()[slug]
    found = {
        "as it was": cabinet,
        "reworded": _reworded(cabinet, flow),
        "longer": _longer(cabinet, flow, 1),
        "shorter": _shorter(cabinet, flow),
    }
    if flow != REGISTRATION:
        found["gone"] = _with_flow(cabinet, flow, None)
    return {name: each for name, each in found.items() if not list(check(each))}
