"""Walks runs: one transition is one transaction.

The outer transaction locks the run, compares its version and spends attempts; an inner savepoint runs the steps with
all they write. A failed check undoes the savepoint only: the person is back on the screen that collected the input,
with the answers, and the attempts stay spent.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.definition import flows_of
from openlk.flows.fields import fields_of
from openlk.flows.models import Run
from openlk.flows.step import Again, FieldError, Next, Outcome, Refusal, Refuse, Submission, Wait
from openlk.flows.versions import Flow, NoLongerFits, current_flow, freeze, thawed
from openlk.flows.walk import Visitor, Walk
from openlk.guard.actions import forgive, refund, spend
from openlk.guard.rules import Rule
from openlk.kit import clock
from openlk.kit.dates import waiting_time
from openlk.kit.sealed import digest, new_token, seal, unseal

SEAL = "run answers"
NUMBER_DIGITS = 10
NUMBER_TRIES = 5
NETWORK = "address:"
# For a run whose flow was taken out of the cabinet.
NO_FLOW = Flow("", "", 0, ())
_ENDED = Refusal(title="Регистрация не завершена", sentences=("Начните заново или напишите в поддержку.",))


@dataclass(frozen=True)
class Opened:
    """A run as it stands, with its flow and its walk; `changed` says that the form was changed under it."""

    run: Run
    flow: Flow
    walk: Walk
    changed: bool = False


@dataclass(frozen=True)
class Acted:
    """What an act came to. `stale`: the form was older than the run, nothing was done; `changed`: the flow was."""

    run: Run
    stale: bool = False
    changed: bool = False
    errors: Sequence[FieldError] = ()
    refusal: Refusal | None = None
    wait_seconds: int = 0


class _Undo(Exception):
    """Leaves the savepoint of a try that failed."""


def blank_walk(cabinet: Cabinet, visitor: Visitor) -> Walk:
    """The walk of somebody who has not begun."""
    return Walk(cabinet, fields_of(cabinet), visitor)


def _walk_of(cabinet: Cabinet, run: Run, visitor: Visitor) -> Walk:
    answers = cast(dict[str, Any], unseal(bytes(run.answers), SEAL)) if run.answers else {}
    return Walk(cabinet, fields_of(cabinet), visitor, answers, dict(run.facts), str(run.pk))


def _flow_of(cabinet: Cabinet, run: Run) -> Flow | None:
    """The flow as the run began it; None when it no longer fits."""
    try:
        return thawed(cabinet, run.flow_version)
    except NoLongerFits:
        return None


def _is_idle(run: Run, flow: Flow) -> bool:
    """Idle time counts from the person's last act and stops while somebody else has to decide."""
    return run.waiting_for == "person" and clock.wall() - run.acted_at > timedelta(days=flow.idle_days)


def _standing(cabinet: Cabinet, run: Run, visitor: Visitor) -> Opened | None:
    """The run as it stands; None when it has to be changed first: it lay idle, or its flow no longer fits."""
    flow = _flow_of(cabinet, run)
    if run.state != "active":
        # A run that is over is only looked at: with today's flow where its own cannot be read any more.
        name = run.flow_version.flow
        over = flow or (current_flow(cabinet, name) if name in flows_of(cabinet) else NO_FLOW)
        return Opened(run, over, _walk_of(cabinet, run, visitor))
    if flow is None or _is_idle(run, flow):
        return None
    return Opened(run, flow, _walk_of(cabinet, run, visitor))


def _mended(cabinet: Cabinet, run: Run, visitor: Visitor) -> Opened:
    """The locked run, made to stand: expired, or put back to a screen of today's flow with its answers."""
    opened = _standing(cabinet, run, visitor)
    if opened is not None:
        return opened
    walk = _walk_of(cabinet, run, visitor)
    known = run.flow_version.flow in flows_of(cabinet)
    flow = current_flow(cabinet, run.flow_version.flow) if known else NO_FLOW
    if not known or _is_idle(run, flow):
        run.state, run.answers = "expired", b""
        run.save(update_fields=["state", "answers"])
        return Opened(run, flow, walk)
    run.flow_version = freeze(cabinet, flow.name)
    run.position = flow.screen_at(run.position)
    run.version += 1
    run.save(update_fields=["flow_version", "position", "version"])
    return Opened(run, flow, walk, changed=True)


def open_run(cabinet: Cabinet, run_id: str, visitor: Visitor) -> Opened | None:
    """The run, if it exists and was begun in this very browser. Writes only when it has to be mended."""
    with scope(cabinet):
        own = Run.objects.filter(pk=run_id, browser_digest=digest(visitor.browser)).select_related("flow_version")
        run = own.first()
        if run is None:
            return None
        opened = _standing(cabinet, run, visitor)
        if opened is not None:
            return opened
        with transaction.atomic():
            return _mended(cabinet, own.select_for_update(of=("self",)).get(), visitor)


def keep_answers(cabinet: Cabinet, run_id: str, submission: Submission, visitor: Visitor) -> None:
    """Keep what was typed into a form that changed under the person, as far as the new form asks for it."""
    with scope(cabinet), transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("flow_version").get(pk=run_id)
        opened = _mended(cabinet, run, visitor)
        if run.state == "active":
            opened.walk.answers.update(submission.answers)
            _save(run, opened.walk)


def resumable(cabinet: Cabinet, flow_name: str, visitor: Visitor) -> Run | None:
    """The newest unfinished run of this browser that got past its first screen."""
    if not visitor.browser:
        return None
    with scope(cabinet):
        found: Run | None = (
            Run.objects.filter(
                browser_digest=digest(visitor.browser),
                flow_version__flow=flow_name,
                state="active",
                position__gt=0,
            )
            .order_by("-acted_at")
            .first()
        )
    return found


def begin(cabinet: Cabinet, flow_name: str, visitor: Visitor) -> Run:
    """Write a new run at its first step, in a transaction of its own."""
    with scope(cabinet), transaction.atomic():
        now = clock.wall()
        for _ in range(NUMBER_TRIES):
            number = str(secrets.randbelow(10**NUMBER_DIGITS)).zfill(NUMBER_DIGITS)
            try:
                with transaction.atomic():
                    created: Run = Run.objects.create(
                        number=number,
                        status_token=new_token(),
                        flow_version=freeze(cabinet, flow_name),
                        browser_digest=digest(visitor.browser),
                        answers=b"",
                        created_at=now,
                        acted_at=now,
                    )
            except IntegrityError:
                continue
            return created
    raise RuntimeError("no free run number in five tries")


def act(cabinet: Cabinet, run_id: str, version: int, submission: Submission, visitor: Visitor) -> Acted:
    """Carry out what a person sent from the screen of a run. A stale version changes nothing."""
    with scope(cabinet), transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("flow_version").get(pk=run_id)
        if run.version != version or run.state != "active":
            return Acted(run, stale=True)
        opened = _mended(cabinet, run, visitor)
        if opened.changed or run.state != "active":
            return Acted(run, stale=True, changed=opened.changed)
        opened.walk.answers.update(submission.answers)
        if submission.errors:
            return _stay(opened, opened.walk, submission.errors)
        subjects = _attempts(opened)
        wait_seconds = spend(subjects)
        if wait_seconds:
            return _stay(opened, opened.walk, (too_many(wait_seconds),), wait_seconds=wait_seconds)
        outcome, walk, position = _try(opened)
        if isinstance(outcome, Again):
            return _stay(opened, opened.walk, outcome.errors, outcome.refusal)
        for subject, _ in subjects:
            if subject.startswith(NETWORK):
                refund(subject)
            else:
                forgive([subject])
        return _move(opened, walk, position, outcome)


def too_many(seconds: int) -> FieldError:
    """What a person reads who has to wait."""
    return FieldError(None, f"Слишком много попыток. Подождите {waiting_time(seconds)} и попробуйте ещё раз.")


def _attempts(opened: Opened) -> list[tuple[str, Rule]]:
    """What this try costs: the attempts of every step up to the next one that waits for the person."""
    subjects: list[tuple[str, Rule]] = []
    for step in opened.flow.steps[opened.run.position + 1 :]:
        if step.waits:
            break
        subjects += step.attempts(opened.walk)
    return subjects


def _try(opened: Opened) -> tuple[Outcome, Walk, int]:
    """Run the steps in a savepoint; undone when a check fails or the run is refused."""
    walk = opened.walk.copied()
    outcome: Outcome = Next()
    position = opened.run.position
    try:
        with transaction.atomic():
            outcome = opened.flow.steps[position].submit(walk)
            while isinstance(outcome, Next) and position + 1 < len(opened.flow.steps):
                position += 1
                outcome = opened.flow.steps[position].enter(walk)
            if isinstance(outcome, Again | Refuse):
                raise _Undo
    except _Undo:
        return outcome, opened.walk, position
    return outcome, walk, position


def _save(run: Run, walk: Walk, **changes: object) -> None:
    for name, value in changes.items():
        setattr(run, name, value)
    run.version += 1
    run.acted_at = clock.wall()
    run.facts = walk.facts
    run.holder_id = walk.facts.get("holder")
    run.answers = seal(walk.answers, SEAL) if run.state == "active" else b""
    run.save()


def _stay(
    opened: Opened,
    walk: Walk,
    errors: Sequence[FieldError],
    refusal: Refusal | None = None,
    wait_seconds: int = 0,
) -> Acted:
    run = opened.run
    _save(run, walk, position=opened.flow.screen_at(run.position))
    return Acted(run, errors=errors, refusal=refusal, wait_seconds=wait_seconds)


def _move(opened: Opened, walk: Walk, position: int, outcome: Outcome) -> Acted:
    run = opened.run
    if isinstance(outcome, Refuse):
        _save(run, walk, state="refused", outcome=outcome.reason, position=position)
        record("run refused", actor="person", subject=f"run:{run.pk}", reason=outcome.reason)
    elif isinstance(outcome, Wait):
        _save(run, walk, position=position, waiting_for=outcome.waiting_for)
    else:
        _save(run, walk, state="done", position=position)
        record("run done", actor="person", subject=f"run:{run.pk}")
    return Acted(run)


def refusal_of(opened: Opened) -> Refusal:
    """The words of the refusal that ended a run: those of the step it ended at, else of any step that has them."""
    name = f"{opened.run.outcome}_words"
    steps = opened.flow.steps
    for step in [*steps[opened.run.position : opened.run.position + 1], *steps]:
        found: Refusal | None = getattr(step.options, name, None)
        if found is not None:
            return found
    return _ENDED


def screen_of(opened: Opened) -> Mapping[str, Any]:
    """The context of the page where the run stands; a finished one stands at its flow's last step."""
    position = -1 if opened.run.state == "done" else opened.run.position
    return opened.flow.steps[position].screen(opened.walk)
