"""Every flow of every cabinet that ships, and of the tests' own «alpha», which has the steps that no other uses yet."""

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.flows.definition import FlowDefinition, flows_of, steps_of
from tests.support.fixtures import _alpha


def driven_cabinets() -> dict[str, Cabinet]:
    """The cabinets whose flows are driven, by slug."""
    alpha = _alpha()
    return {**cabinets(), alpha.slug: alpha}


def driven_flows() -> list[tuple[str, str]]:
    """(cabinet, flow) for every flow there is."""
    return [(slug, flow) for slug, cabinet in sorted(driven_cabinets().items()) for flow in flows_of(cabinet)]


def wants_login(flow: FlowDefinition) -> bool:
    """Whether who walks it has a login before: it is for who is signed in, or finds somebody's login."""
    return flow.who == "login" or any("login" in step.gives() and not step.writes for step in steps_of(flow))


def proofs_between(flow: FlowDefinition, before: int, after: int) -> int:
    """How many steps that give a proof were left behind on the way from one position to another."""
    return sum("proof" in step.gives() for step in steps_of(flow)[before:after])
