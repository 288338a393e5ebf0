"""A run that was begun under any release goes on to its end under today's engine."""

import os
from unittest.mock import patch

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import scope
from openlk.flows import engine
from openlk.flows.definition import flows_of
from openlk.flows.models import FlowVersion
from openlk.flows.showing import CHANGED
from openlk.flows.versions import structure
from tests.flows.releases import Fixture, fixtures, kept, write_next
from tests.flows.watching import steps_in
from tests.flows.world import Device, World

MOST_ACTS = 20


@pytest.fixture
def shipped(db: None, static_files: None) -> None:
    """The cabinets as they ship, and a database for them."""


def _version(cabinet: Cabinet, fixture: Fixture) -> FlowVersion:
    with scope(cabinet):
        made: FlowVersion = FlowVersion.objects.create(
            flow=fixture.flow, sha256=f"of release {fixture.release}", structure=fixture.structure
        )
    return made


def _begun(world: World, fixture: Fixture) -> Device:
    """The first screen was sent, under the structure of that release."""
    device = world.devices[0]
    version = _version(world.cabinet, fixture)
    if flows_of(world.cabinet)[fixture.flow].who == "login":
        world.log_in(device, world.person())
    with patch.object(engine, "freeze", lambda *_: version):
        world.begin(device, fixture.flow, person=world.person())
    return device


def _ended(world: World, device: Device) -> tuple[list[int], bool]:
    """The places where the run stood until it was done, and whether its person was once put back, with a sentence."""
    places, put_back = [], False
    for _ in range(MOST_ACTS):
        run = world.row(device.run)
        assert run is not None
        places.append(run.position)
        if run.state != "active":
            assert run.state == "done", run.state
            return places, put_back
        # Opened anew, as after the upgrade.
        world.look_at(device, device.run)
        assert device.tabs[-1].status == 200
        put_back |= CHANGED in device.tabs[-1].text
        before = world.before
        world.go_on(device, world.person())
        if world.before is before:
            world.confirm(device, world.links()[0])
    raise AssertionError(f"not done after {MOST_ACTS} acts: {places}")


@pytest.mark.parametrize("fixture", fixtures(), ids=str)
def test_a_run_of_any_release_goes_on_to_its_end(shipped: None, fixture: Fixture) -> None:
    world = World(fixture.cabinet, fixture.flow)
    try:
        places, put_back = _ended(world, _begun(world, fixture))
    finally:
        world.close()
    last = len(steps_in(fixture.structure)) - 1
    assert put_back or places[-1] == last
    assert sorted(places) == places or put_back, "nobody goes back without a word"


@pytest.mark.parametrize("fixture", fixtures(), ids=str)
def test_a_run_whose_structure_no_longer_fits_ends_as_well(shipped: None, fixture: Fixture) -> None:
    """The longer flow of an upgrade takes it over at every place where it can stand."""
    steps = len(steps_in(fixture.structure))
    for stop in range(steps):
        world = World(fixture.cabinet, fixture.flow)
        try:
            device = _begun(world, fixture)
            for _ in range(stop):
                before = world.before
                world.go_on(device, world.person())
                if world.before is before and world.links():
                    world.confirm(device, world.links()[0])
            world.upgrade("longer")
            _ended(world, device)
        finally:
            world.close()


def test_every_structure_of_today_is_kept() -> None:
    """What people are in the middle of is noted, and tried by the tests above. OPENLK_TEST_NOTE=1 notes it."""
    today = [
        (slug, name, structure(flow))
        for slug, cabinet in cabinets().items()
        for name, flow in flows_of(cabinet).items()
    ]
    if os.environ.get("OPENLK_TEST_NOTE"):
        write_next(today)
    changed = [f"{slug}/{name}" for slug, name, now in today if kept(slug, name) != now]
    assert changed == [], "run this test with OPENLK_TEST_NOTE=1 and look at what it has written (CONTRIBUTING)"


def test_another_structure_is_noticed() -> None:
    """A control of the test above."""
    (slug, cabinet), *_ = cabinets().items()
    name, flow = next(iter(flows_of(cabinet).items()))
    shorter = flow.model_copy(update={"steps": flow.steps[:-1]})
    assert kept(slug, name) != structure(shorter)
