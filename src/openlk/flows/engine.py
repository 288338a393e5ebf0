"""Walks runs: one transition is one transaction.

The outer transaction locks the run, compares its version and spends attempts; an inner savepoint runs the steps with
all they write. A failed check undoes the savepoint only: the person is back on the screen that collected the input,
with the answers, and the attempts stay spent.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.models import Run
from openlk.flows.opening import AFTER_DECISION, Opened, idle_at, is_own, locked, mended, save, walk_of
from openlk.flows.queries import by_id
from openlk.flows.step import Again, FieldError, Next, Outcome, Refusal, Refuse, Submission, Wait
from openlk.flows.versions import current_flow, freeze
from openlk.flows.walk import Visitor, Walk
from openlk.guard.actions import forgive, refund, spend
from openlk.guard.rules import Rule
from openlk.kit import clock
from openlk.kit.dates import waiting_time
from openlk.kit.sealed import digest, new_token

NUMBER_DIGITS = 10
NUMBER_TRIES = 5
NETWORK = "address:"
_ENDED = Refusal(title="Дальше не получится", sentences=("Начните заново или напишите в поддержку.",))


@dataclass(frozen=True)
class Acted:
    """What an act came to. `stale`: the form was older than the run, nothing was done; `changed`: the flow was.

    `proof_needed`: nothing was done either, because who is acting was proved too long ago.
    """

    run: Run
    stale: bool = False
    changed: bool = False
    errors: Sequence[FieldError] = ()
    refusal: Refusal | None = None
    wait_seconds: int = 0
    proof_needed: bool = False


class _Undo(Exception):
    """Leaves the savepoint of a try that failed."""


def begin(cabinet: Cabinet, flow_name: str, visitor: Visitor) -> Run:
    """Write a new run at its first step, in one transaction; a signed-in person's flow is that session's."""
    flow = current_flow(cabinet, flow_name)
    signed_in = flow.who == "login"
    if signed_in and visitor.login_id is None:
        raise PermissionError(f"{flow_name} is for those who are signed in")
    with scope(cabinet), transaction.atomic(savepoint=False):
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
                        session_id=visitor.session_id if signed_in else None,
                        facts={"login": visitor.login_id} if signed_in else {},
                        answers=b"",
                        created_at=now,
                        acted_at=now,
                        idle_at=idle_at(flow),
                    )
            except IntegrityError:
                continue
            return created
    raise RuntimeError("no free run number in five tries")


def start(cabinet: Cabinet, flow_name: str, submission: Submission, visitor: Visitor) -> Acted:
    """Begin a run and carry out what was sent from its first screen, both or neither: nobody else sees the run before.

    Whoever calls it has seen that a signed-in person's proof is young enough for the flow.
    """
    with scope(cabinet), transaction.atomic(savepoint=False):
        run = begin(cabinet, flow_name, visitor)
        flow = current_flow(cabinet, flow_name)
        return _submitted(Opened(run, flow, walk_of(cabinet, run, flow, visitor)), submission)


def act(cabinet: Cabinet, run_id: str, version: int, submission: Submission, visitor: Visitor) -> Acted:
    """Carry out what a person sent from the screen of a run. A stale version changes nothing."""
    with scope(cabinet), transaction.atomic(savepoint=False):
        run = by_id(run_id, lock=True)
        if run is None:
            raise Run.DoesNotExist(run_id)
        over = run.state != "active" or run.waiting_for == "operator"
        if run.version != version or over or not is_own(run, visitor):
            return Acted(run, stale=True)
        opened = mended(cabinet, run, visitor)
        if opened.changed or run.state != "active":
            return Acted(run, stale=True, changed=opened.changed)
        if opened.flow.sensitive and not visitor.proved_lately:
            return Acted(run, proof_needed=True)
        return _submitted(opened, submission)


def _submitted(opened: Opened, submission: Submission) -> Acted:
    walk = opened.walk
    walk.answers.update(submission.answers)
    walk.moment.update(submission.moment)
    if submission.errors:
        return _stay(opened, walk, submission.errors)
    subjects = _attempts(opened)
    wait_seconds = spend(subjects)
    if wait_seconds:
        return _stay(opened, walk, (too_many(wait_seconds),), wait_seconds=wait_seconds)
    step = opened.flow.steps[opened.run.position]
    step.take(walk)
    outcome, tried, position = _try(opened, step.submit)
    if isinstance(outcome, Again):
        return _stay(opened, walk, outcome.errors, outcome.refusal)
    for subject, _ in subjects:
        if subject.startswith(NETWORK):
            refund(subject)
        else:
            forgive([subject])
    return _move(opened, tried, position, outcome)


def follow(cabinet: Cabinet, run_id: str, position: int, about: Mapping[str, Any], visitor: Visitor) -> Acted | None:
    """Go on from a step whose link was opened and confirmed; the run moves to the browser that did it.

    Call it in the transaction that consumed the link: one that leads nowhere any more (None) is then not consumed.
    """
    run = locked(Run.objects.filter(pk=run_id, state="active", position=position))
    if run is None:
        return None
    opened = mended(cabinet, run, visitor)
    if opened.changed or run.state != "active":
        return None
    run.browser_digest = digest(visitor.browser)
    step = opened.flow.steps[position]
    outcome, walk, reached = _try(opened, lambda walk: step.followed(walk, about))
    if isinstance(outcome, Again):
        return _stay(opened, opened.walk, outcome.errors, outcome.refusal)
    return _move(opened, walk, reached, outcome)


def decide(cabinet: Cabinet, run_id: str, version: int, *, approved: bool, actor: str) -> Acted:
    """An operator's decision about a run that waits for one; a second decision, or a stale one, changes nothing.

    `actor` is like «operator:3». An approved run goes on, and its person has two weeks to come back.
    """
    with scope(cabinet), transaction.atomic():
        run = locked(Run.objects.filter(pk=run_id))
        if run is None:
            raise Run.DoesNotExist(run_id)
        if run.version != version or run.state != "active" or run.waiting_for != "operator":
            return Acted(run, stale=True)
        opened = mended(cabinet, run, Visitor("", ""))
        if opened.changed:
            return Acted(run, stale=True, changed=True)
        record("run decided", actor=actor, subject=f"run:{run.pk}", approved=approved)
        step = opened.flow.steps[run.position]
        if not approved:
            refused = getattr(step.options, "refused_words", _ENDED)
            return _move(opened, opened.walk, run.position, Refuse("refused", refused))
        opened.walk.facts["decided"] = True
        outcome, walk, position = _try(opened, step.decided)
        if isinstance(outcome, Again):
            return _stay(opened, opened.walk, outcome.errors, outcome.refusal)
        acted = _move(opened, walk, position, outcome)
        Run.objects.filter(pk=run.pk, state="active", waiting_for="person").update(
            idle_at=clock.wall() + AFTER_DECISION
        )
        return acted


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


def _try(opened: Opened, first: Callable[[Walk], Outcome]) -> tuple[Outcome, Walk, int]:
    """Run the step in hand and those after it in a savepoint; undone when a check fails or the run is refused."""
    walk = opened.walk.copied()
    outcome: Outcome = Next()
    position = opened.run.position
    try:
        with transaction.atomic():
            outcome = first(walk)
            while isinstance(outcome, Next) and position + 1 < len(opened.flow.steps):
                position += 1
                walk.position = position
                outcome = opened.flow.steps[position].enter(walk)
            if isinstance(outcome, Again | Refuse):
                raise _Undo
    except _Undo:
        return outcome, opened.walk, position
    return outcome, walk, position


def _stay(
    opened: Opened,
    walk: Walk,
    errors: Sequence[FieldError],
    refusal: Refusal | None = None,
    wait_seconds: int = 0,
) -> Acted:
    run = opened.run
    save(run, walk, position=opened.flow.screen_at(run.position), waiting_for="person", idle_at=idle_at(opened.flow))
    return Acted(run, errors=errors, refusal=refusal, wait_seconds=wait_seconds)


def _move(opened: Opened, walk: Walk, position: int, outcome: Outcome) -> Acted:
    run = opened.run
    if isinstance(outcome, Refuse):
        save(run, walk, state="refused", outcome=outcome.reason, position=position, waiting_for="person")
        record("run refused", actor="person", subject=f"run:{run.pk}", reason=outcome.reason)
    elif isinstance(outcome, Wait):
        due_at = clock.wall() + outcome.due_in if outcome.due_in else None
        idle = None if outcome.waiting_for == "operator" else idle_at(opened.flow)
        save(run, walk, position=position, waiting_for=outcome.waiting_for, due_at=due_at, idle_at=idle)
    else:
        save(run, walk, state="done", position=position, waiting_for="person")
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
