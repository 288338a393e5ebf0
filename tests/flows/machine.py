"""Several people with several browsers in front of one cabinet, doing whatever they like in any order."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RULE_MARKER,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from openlk.cabinets.scoping import scope
from openlk.flows.definition import flows_of, offered_flows
from openlk.flows.engine import decide
from openlk.flows.links import NoSuchLogin, operators_link
from openlk.flows.schedule import expire_idle
from openlk.kit import clock
from openlk.register.models import Identifier
from tests.flows.world import Device, World
from tests.support.people import make_person

DEVICES = some.integers(0, 2)
# Mostly the browser that began, and mostly its own person.
MOSTLY_FIRST = some.sampled_from([0, 0, 0, 1, 2])
SELDOM = some.sampled_from([False, False, False, True])
SMALL = some.integers(0, 5)
SPANS = some.sampled_from(
    [timedelta(seconds=20), timedelta(minutes=9), timedelta(hours=1), timedelta(hours=20), timedelta(days=8)]
)
MOST_STEPS = 6


class FlowMachine(RuleBasedStateMachine):
    """Drives one flow of one cabinet, and the cabinet's other flows beside it."""

    slug: ClassVar[str]
    flow: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.slug, self.flow)

    def teardown(self) -> None:
        try:
            self.world.end()
        finally:
            self.world.close()

    @initialize(steps=some.sampled_from([0, 1, 2, 3, 4, 5]))
    def somebody_begins(self, steps: int) -> None:
        world = self.world
        if flows_of(world.cabinet)[self.flow].who == "login":
            world.log_in(world.devices[0], world.person())
        world.begin(world.devices[0], self.flow, person=world.person())
        self._walk(0, steps)

    def _walk(self, device: int, steps: int) -> None:
        """Do what is right, one page after another; where a page has nothing to send, open the newest letter."""
        world, one = self.world, self._device(device)
        for _ in range(steps):
            before = world.before
            world.go_on(one, world.person())
            if world.before is before and world.links():
                world.confirm(one, world.links()[0])

    def _device(self, place: int) -> Device:
        """A browser in which something is open."""
        wanted = self.world.devices[place]
        return wanted if wanted.tabs else self.world.devices[0]

    @rule(device=MOSTLY_FIRST, flow=SMALL, own=some.booleans(), other=SELDOM, known=some.booleans())
    def begin(self, device: int, flow: int, own: bool, other: bool, known: bool) -> None:
        names = [*flows_of(self.world.cabinet)]
        name = self.flow if own else names[flow % len(names)]
        self.world.begin(self.world.devices[device], name, person=self.world.person(other), known=known)

    @rule(device=MOSTLY_FIRST, steps=some.integers(1, MOST_STEPS))
    def walk_on(self, device: int, steps: int) -> None:
        self._walk(device, steps)

    @rule(device=MOSTLY_FIRST, other=SELDOM)
    def send_what_is_right(self, device: int, other: bool) -> None:
        self.world.go_on(self._device(device), self.world.person(other))

    @rule(device=MOSTLY_FIRST, place=SMALL, way=SMALL)
    def send_what_is_wrong(self, device: int, place: int, way: int) -> None:
        self.world.go_on(self._device(device), self.world.person(), place=place, way=way)

    @rule(device=MOSTLY_FIRST, tab=SMALL)
    def send_an_old_form(self, device: int, tab: int) -> None:
        self.world.send_old(self._device(device), tab, self.world.person())

    @rule(device=MOSTLY_FIRST)
    def send_a_form_twice(self, device: int) -> None:
        one = self._device(device)
        page = one.tabs[-1]
        self.world.send_old(one, -1, self.world.person())
        one.keep(page)
        self.world.send_old(one, -1, self.world.person())

    @rule(device=MOSTLY_FIRST)
    def ask_for_another(self, device: int) -> None:
        self.world.ask_again(self._device(device))

    @rule(device=DEVICES, whose=MOSTLY_FIRST, cookie=SELDOM)
    def open_elsewhere(self, device: int, whose: int, cookie: bool) -> None:
        here, there = self.world.devices[device], self.world.devices[whose]
        if cookie:
            here.browser.jar = dict(there.browser.jar)
        if there.run:
            self.world.look_at(here, there.run)

    @rule(device=DEVICES, whose=MOSTLY_FIRST)
    def ask_to_resume(self, device: int, whose: int) -> None:
        run = self.world.row(self.world.devices[whose].run)
        if run is None:
            return
        here = self.world.devices[device]
        page = here.browser.get(f"/{self.slug}/status/{run.status_token}")
        if page.forms():
            self.world.send(here, page, -1, {})

    @precondition(lambda self: self.world.known.secrets and self.world.links())
    @rule(device=DEVICES, place=SMALL)
    def look_at_a_link(self, device: int, place: int) -> None:
        links = self.world.links()
        self.world.scan(self.world.devices[device], links[place % len(links)])

    @precondition(lambda self: self.world.known.secrets and self.world.links())
    @rule(device=MOSTLY_FIRST, place=some.sampled_from([0, 0, 1, 2, 3]))
    def confirm_a_link(self, device: int, place: int) -> None:
        links = self.world.links()
        self.world.confirm(self.world.devices[device], links[place % len(links)])

    @precondition(lambda self: self.world.waiting())
    @rule(place=SMALL, approved=some.booleans(), stale=SELDOM)
    def decide_and_decide_again(self, place: int, approved: bool, stale: bool) -> None:
        world, waiting = self.world, self.world.waiting()
        run = waiting[place % len(waiting)]
        version = run.version - stale
        for said in (approved, not approved):
            acted = decide(world.cabinet, str(run.pk), version, approved=said, actor="operator:1")
            assert acted.stale or (said is approved and not stale), "two decisions counted"
            world.settle()

    @rule(delta=SPANS)
    def time_passes(self, delta: timedelta) -> None:
        self.world.forward(delta)

    @rule()
    def sweep(self) -> None:
        expire_idle(self.world.cabinet)
        self.world.settle()

    @rule(name=some.sampled_from(["longer", "longer", "as it was", "reworded", "shorter", "gone"]))
    def upgrade(self, name: str) -> None:
        self.world.upgrade(name)

    @rule(device=MOSTLY_FIRST, other=SELDOM)
    def log_in(self, device: int, other: bool) -> None:
        self.world.log_in(self.world.devices[device], self.world.person(other))

    @rule(device=MOSTLY_FIRST)
    def log_out(self, device: int) -> None:
        self.world.log_out(self.world.devices[device])

    @rule(phone=some.booleans(), email=some.booleans())
    def the_register_changes(self, phone: bool, email: bool) -> None:
        world, person = self.world, self.world.person()
        own_phone, own_email = "+79170000000" if phone else "", "anna@another.example" if email else ""
        world.known.typed |= {each for each in (own_phone, own_email) if each}
        make_person(world.cabinet, union_card=person.union_card, region=person.region, phone=own_phone, email=own_email)
        world.people[0] = replace(person, phone=own_phone, email=own_email)
        world.settle()

    @rule(back=some.booleans())
    def the_number_ends(self, back: bool) -> None:
        with scope(self.world.cabinet):
            ended_at = None if back else clock.now()
            Identifier.objects.filter(pk=self.world.person().identifier.pk).update(ended_at=ended_at)

    @rule()
    def somebody_pumps(self) -> None:
        self.world.pump()

    @rule(other=SELDOM)
    def an_operator_sends_a_link(self, other: bool) -> None:
        world = self.world
        if offered_flows(world.cabinet, "recover"):
            with suppress(NoSuchLogin):
                operators_link(world.cabinet, world.person(other).union_card, "operator:1")
            world.settle()

    @invariant()
    def strangers_see_nothing(self) -> None:
        self.world.check_strangers()


def _rules() -> set[str]:
    return {name for name, value in vars(FlowMachine).items() if hasattr(value, RULE_MARKER)}


def drive(slug: str, flow: str, *, examples: int, steps: int, only: Collection[str] = ()) -> None:
    """Let the machine run, with some of its rules or with all; the same examples each time. Raises what it found."""
    unused = dict.fromkeys(_rules() - set(only) if only else ())
    machine = type("Machine", (FlowMachine,), {"slug": slug, "flow": flow, **unused})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
