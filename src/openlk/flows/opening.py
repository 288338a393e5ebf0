"""Finds a run and makes it stand: with the flow it began with, or put back to a screen of today's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Q, QuerySet

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.definition import flows_of
from openlk.flows.fields import fields_of
from openlk.flows.models import Run
from openlk.flows.queries import by_id
from openlk.flows.step import Submission
from openlk.flows.versions import Flow, NoLongerFits, current_flow, freeze, place_after, thawed
from openlk.flows.walk import Visitor, Walk
from openlk.kit import clock
from openlk.kit.sealed import digest, seal, unseal

SEAL = "run answers"
# Whoever waited for an operator has this long to come back after the decision.
AFTER_DECISION = timedelta(days=14)
# For a run whose flow was taken out of the cabinet.
NO_FLOW = Flow("", "", 0, ())


@dataclass(frozen=True)
class Opened:
    """A run as it stands, with its flow and its walk; `changed` says that the form was changed under it."""

    run: Run
    flow: Flow
    walk: Walk
    changed: bool = False


def blank_walk(cabinet: Cabinet, visitor: Visitor) -> Walk:
    """The walk of somebody who has not begun."""
    facts = {"login": visitor.login_id} if visitor.login_id is not None else {}
    return Walk(cabinet, fields_of(cabinet), visitor, facts=facts)


def walk_of(cabinet: Cabinet, run: Run, flow: Flow, visitor: Visitor) -> Walk:
    """The run's answers and facts in hand."""
    answers = cast(dict[str, Any], unseal(bytes(run.answers), SEAL)) if run.answers else {}
    facts = dict(run.facts)
    return Walk(cabinet, fields_of(cabinet), visitor, answers, facts, str(run.pk), flow.silent, run.position)


def idle_at(flow: Flow) -> Any:
    """The moment at which a run that waits for its person is given up, if nothing is heard from now on."""
    return clock.wall() + timedelta(days=flow.idle_days)


def is_own(run: Run, visitor: Visitor) -> bool:
    """Whether this visitor may see and walk the run: a signed-in person's by that very session, else by browser."""
    if run.session_id is not None:
        return run.session_id == visitor.session_id
    return bool(visitor.browser) and run.browser_digest == digest(visitor.browser)


def _flow_of(cabinet: Cabinet, run: Run) -> Flow | None:
    """The flow as the run began it; None when it no longer fits."""
    try:
        return thawed(cabinet, run.flow_version)
    except NoLongerFits:
        return None


def _is_idle(run: Run, flow: Flow) -> bool:
    """Idle time counts from the person's last act and stops while somebody else has to decide."""
    if run.waiting_for == "operator":
        return False
    return clock.wall() > (run.idle_at or run.acted_at + timedelta(days=flow.idle_days))


def _standing(cabinet: Cabinet, run: Run, visitor: Visitor) -> Opened | None:
    """The run as it stands; None when it has to be changed first: it lay idle, or its flow no longer fits."""
    flow = _flow_of(cabinet, run)
    if run.state != "active":
        # A run that is over is only looked at: with today's flow where its own cannot be read any more.
        name = run.flow_version.flow
        over = flow or (current_flow(cabinet, name) if name in flows_of(cabinet) else NO_FLOW)
        return Opened(run, over, walk_of(cabinet, run, over, visitor))
    if flow is None or _is_idle(run, flow):
        return None
    return Opened(run, flow, walk_of(cabinet, run, flow, visitor))


def mended(cabinet: Cabinet, run: Run, visitor: Visitor) -> Opened:
    """The locked run, made to stand: expired, or put back to a screen of today's flow with its answers."""
    opened = _standing(cabinet, run, visitor)
    if opened is not None:
        return opened
    known = run.flow_version.flow in flows_of(cabinet)
    flow = current_flow(cabinet, run.flow_version.flow) if known else NO_FLOW
    if not known or _is_idle(run, flow):
        walk = walk_of(cabinet, run, flow, visitor)
        run.state, run.answers = "expired", b""
        run.save(update_fields=["state", "answers"])
        return Opened(run, flow, walk)
    version = freeze(cabinet, flow.name)
    run.position = place_after(run.flow_version, version, flow, run.position)
    run.flow_version = version
    run.waiting_for = "person"
    run.version += 1
    if not any("proof" in step.gives() for step in flow.steps[: run.position]):
        # Whatever was proved on a way that is no more has to be proved again on this one.
        run.facts = {name: fact for name, fact in run.facts.items() if name != "proofs"}
    run.save(update_fields=["flow_version", "position", "waiting_for", "version", "facts"])
    return Opened(run, flow, walk_of(cabinet, run, flow, visitor), changed=True)


def locked(runs: QuerySet[Run]) -> Run | None:
    """The one run of a query, locked against everybody else until the transaction ends."""
    found: Run | None = next(iter(runs.select_for_update(of=("self",)).select_related("flow_version")), None)
    return found


def open_run(cabinet: Cabinet, run_id: str, visitor: Visitor) -> Opened | None:
    """The run, if it exists and is this visitor's own. Writes only when it has to be mended."""
    with scope(cabinet):
        run = by_id(run_id)
        if run is None or not is_own(run, visitor):
            return None
        opened = _standing(cabinet, run, visitor)
        if opened is not None:
            return opened
        with transaction.atomic():
            again = by_id(run_id, lock=True)
            return mended(cabinet, again, visitor) if again is not None else None


def run_of_status(cabinet: Cabinet, token: str) -> Run | None:
    """The run of a public status page."""
    with scope(cabinet):
        found: Run | None = Run.objects.filter(status_token=token).select_related("flow_version").first()
    return found


def keep_answers(cabinet: Cabinet, run_id: str, submission: Submission, visitor: Visitor) -> None:
    """Keep what was typed into a form that changed under the person, as far as the new form asks for it."""
    with scope(cabinet), transaction.atomic():
        run = by_id(run_id, lock=True)
        if run is None or not is_own(run, visitor):
            return
        opened = mended(cabinet, run, visitor)
        if run.state == "active":
            opened.walk.answers.update(submission.answers)
            save(run, opened.walk, idle_at=idle_at(opened.flow))


def resumable(cabinet: Cabinet, flow_names: list[str], visitor: Visitor) -> Run | None:
    """The newest unfinished run of this browser (of this session, for who is signed in) that got past its start."""
    if not visitor.browser and visitor.session_id is None:
        return None
    own = Q(session_id=visitor.session_id) if visitor.session_id is not None else Q(pk=None)
    if visitor.browser:
        own |= Q(session_id=None, browser_digest=digest(visitor.browser))
    unfinished = Q(flow_version__flow__in=flow_names, state="active", position__gt=0)
    with scope(cabinet):
        found: Run | None = (
            Run.objects.filter(own, unfinished).select_related("flow_version").order_by("-acted_at").first()
        )
    return found


def save(run: Run, walk: Walk, **changes: object) -> None:
    """Write a locked run with its walk; its version grows, so that older forms change nothing any more."""
    for name, value in changes.items():
        setattr(run, name, value)
    run.version += 1
    run.acted_at = clock.wall()
    run.facts = walk.facts
    run.holder_id = walk.facts.get("holder")
    run.answers = seal(walk.answers, SEAL) if run.state == "active" else b""
    run.save()
