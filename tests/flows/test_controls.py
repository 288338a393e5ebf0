"""Controls of the machine: one protection taken out at a time, and it must see that something is wrong."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import current, scope
from openlk.flows import engine, opening, views
from openlk.flows.definition import STEPS
from openlk.flows.models import Run
from openlk.flows.opening import SEAL
from openlk.flows.step import Again, Next
from openlk.flows.versions import Flow
from openlk.guard import challenges
from openlk.kit import clock
from openlk.kit.sealed import seal
from tests.flows.machine import drive
from tests.flows.world import World

# As many examples as it takes to see it; the first that shows it ends the search.
EXAMPLES, STEPS_OF_ONE = 20, 15


def _everywhere(stack: ExitStack, function: str, wrong: Callable[..., Any]) -> None:
    """Put it in the place of a function wherever flows have imported that to."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("openlk.flows") and function in vars(module):
            stack.enter_context(patch.object(module, function, wrong))


def _no_version_check(stack: ExitStack) -> None:
    real = engine.act

    def act(cabinet: Cabinet, run_id: str, version: int, *rest: Any) -> Any:
        del version
        with scope(cabinet):
            return real(cabinet, run_id, Run.objects.get(pk=run_id).version, *rest)

    _everywhere(stack, "act", act)
    stack.enter_context(patch.object(views, "_act", _act_whatever_version))


def _act_whatever_version(request: Any, opened: Any, visitor: Any) -> Any:
    step = opened.flow.steps[opened.run.position]
    submission = step.prepare(opened.walk, request.POST.dict())
    acted = vars(views)["act"](current(), str(opened.run.pk), opened.run.version, submission, visitor)
    return views._after(request, acted, visitor)


def _no_savepoint(stack: ExitStack) -> None:
    def tried(opened: Any, first: Callable[[Any], Any]) -> Any:
        walk, outcome, position = opened.walk.copied(), first, opened.run.position
        outcome = first(walk)
        while isinstance(outcome, Next) and position + 1 < len(opened.flow.steps):
            position += 1
            walk.position = position
            outcome = opened.flow.steps[position].enter(walk)
        return outcome, opened.walk if isinstance(outcome, Again) else walk, position

    stack.enter_context(patch.object(engine, "_try", tried))


def _codes_are_not_used_up(stack: ExitStack) -> None:
    _everywhere(stack, "consume", lambda *_: True)


def _links_are_not_used_up(stack: ExitStack) -> None:
    _everywhere(stack, "consume_link", challenges.look_at_link)


def _everybody_is_the_owner(stack: ExitStack) -> None:
    _everywhere(stack, "is_own", lambda *_: True)


def _finding_reveals(stack: ExitStack) -> None:
    kind = STEPS["find_login"]
    real = kind.enter

    def enter(self: Any, walk: Any) -> Any:
        outcome = real(self, walk)
        return Again(refusal=self.options.not_found) if walk.nobody else outcome

    stack.enter_context(patch.object(kind, "enter", enter))


def _nobody_may_prove(stack: ExitStack) -> None:
    """What is for show opens as well as what was sent."""
    _everywhere(stack, "about", lambda post: {"kind": post.reach.kind, "vouched": True, "value": ""})


def _no_end_of_attempts(stack: ExitStack) -> None:
    real = challenges.issue_code
    stack.enter_context(patch.object(challenges, "spend", lambda *_: 0))
    _everywhere(stack, "issue_code", lambda subject, **options: real(subject, **{**options, "tries": 1000}))


def _put_back_by_place_alone(stack: ExitStack) -> None:
    """A run whose flow has changed stands at the same place of the new one, whatever it has done."""

    def place(old: Any, new: Any, flow: Flow, position: int) -> int:
        return flow.screen_at(position)

    stack.enter_context(patch.object(opening, "place_after", place))


def _late_runs_go_on(stack: ExitStack) -> None:
    stack.enter_context(patch.object(opening, "_is_idle", lambda *_: False))


def _answers_stay(stack: ExitStack) -> None:
    real = opening.save

    def save(run: Run, walk: Any, **changes: Any) -> None:
        real(run, walk, **changes)
        Run.objects.filter(pk=run.pk).update(answers=seal(walk.answers, SEAL))

    _everywhere(stack, "save", save)


def _secrets_in_clear(stack: ExitStack) -> None:
    _everywhere(stack, "seal", lambda data, _: json.dumps(data, ensure_ascii=False).encode())
    _everywhere(stack, "unseal", lambda blob, _: json.loads(blob))


def _old_proofs_count(stack: ExitStack) -> None:
    real = views.visitor_of

    def visitor_of(request: Any) -> Any:
        found = real(request)
        return replace(found, proved_at=clock.wall()) if found.session_id else found

    _everywhere(stack, "visitor_of", visitor_of)


@dataclass(frozen=True)
class Control:
    """A flow, what is taken out, by which acts it shows soonest, and what the machine says then."""

    flow: str
    mutant: Callable[[ExitStack], None]
    seen: str
    rules: tuple[str, ...]


WALK = "walk_on"
CONTROLS = [
    Control("recovery_sms", _codes_are_not_used_up, "still opens", (WALK,)),
    Control("recovery", _links_are_not_used_up, "still opens", (WALK,)),
    Control("registration", _everybody_is_the_owner, "a stranger sees", (WALK,)),
    Control("recovery", _finding_reveals, "told one person from another", (WALK, "begin")),
    Control("recovery_sms", _no_end_of_attempts, "compared too often", ("send_what_is_wrong",)),
    Control("registration", _answers_stay, "keeps answers", (WALK,)),
    Control("vetted", _secrets_in_clear, "stands in clear", (WALK,)),
]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.mutant.__name__.strip("_"))
def test_a_flow_without_its_protection_is_caught(db: None, cabinet: Cabinet, control: Control) -> None:
    with ExitStack() as stack:
        control.mutant(stack)
        with pytest.raises(AssertionError, match=control.seen):
            drive("alpha", control.flow, examples=EXAMPLES, steps=STEPS_OF_ONE, only=control.rules)


# What chance seldom leads to is done on purpose: the same people, the same watching.


def _old_form(world: World) -> None:
    device, person = world.devices[0], world.person()
    world.begin(device, "recovery_sms", person=person)
    page = device.tabs[-1]
    world.go_on(device, person, place=0, way=1)
    device.keep(page)
    world.send_old(device, -1, person)


def _full_mailbox(world: World) -> None:
    device, person = world.devices[0], world.person()
    world.log_in(device, person)
    world.begin(device, "change_phone", person=person)
    world.pump()
    world.go_on(device, person)


def _code_of_nobody(world: World) -> None:
    device, person = world.devices[0], world.person()
    world.begin(device, "recovery_sms", person=person, known=False)
    world.go_on(device, person)


def _another_letter_late(world: World) -> None:
    world.begin(world.devices[0], "recovery", person=world.person())
    world.forward(timedelta(days=8))
    world.ask_again(world.devices[0])


def _step_less(world: World) -> None:
    device, person = world.devices[0], world.person()
    world.upgrade("longer")
    world.begin(device, "recovery", person=person)
    world.go_on(device, person)
    world.upgrade("as it was")
    world.look_at(device, device.run)


def _long_ago(world: World) -> None:
    device, person = world.devices[0], world.person()
    world.log_in(device, person)
    world.forward(timedelta(hours=1))
    world.begin(device, "change_password", person=person)


ON_PURPOSE = [
    (_old_form, _no_version_check, "a stale form moved"),
    (_full_mailbox, _no_savepoint, "the run did not move"),
    (_code_of_nobody, _nobody_may_prove, "nobody has proved"),
    (_another_letter_late, _late_runs_go_on, "moved after its time"),
    (_step_less, _put_back_by_place_alone, "past a proof"),
    (_long_ago, _old_proofs_count, "an old proof"),
]
Script = Callable[[World], None]


@pytest.fixture
def world(db: None, cabinet: Cabinet) -> Iterator[World]:
    """The cabinet «alpha», watched; its people have logins."""
    made = World("alpha", "recovery")
    yield made
    made.close()


@pytest.mark.parametrize(("script", "mutant", "seen"), ON_PURPOSE)
def test_without_its_protection_it_is_caught(
    world: World, script: Script, mutant: Callable[[ExitStack], None], seen: str
) -> None:
    with ExitStack() as stack:
        mutant(stack)
        with pytest.raises(AssertionError, match=seen):
            script(world)


@pytest.mark.parametrize("script", [script for script, _, _ in ON_PURPOSE])
def test_with_it_nothing_is_wrong(world: World, script: Script) -> None:
    script(world)
    world.end()
