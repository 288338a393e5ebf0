"""Every flow there is, driven by people who do everything that people do."""

import pytest

from openlk.cabinets.loading import Cabinet
from tests.flows.discovered import driven_flows
from tests.flows.machine import drive
from tests.support.scale import scaled


@pytest.mark.parametrize(("slug", "flow"), driven_flows())
def test_whatever_people_do_the_flow_stays_whole(db: None, cabinet: Cabinet, slug: str, flow: str) -> None:
    drive(slug, flow, examples=scaled(4), steps=20)
