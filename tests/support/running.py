"""A run of the registration, walked without pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.engine import Acted, act, begin
from openlk.flows.models import Run
from openlk.flows.opening import SEAL, Opened, open_run
from openlk.flows.walk import Visitor
from openlk.kit.sealed import unseal
from tests.support.people import PASSWORD, Person

FLOW = "registration"
VISITOR = Visitor("a browser's secret", "203.0.113.7")
CONSENTS = {"consent_personal-data": "1", "consent_rules": "1"}
PASSWORDS = {"password": PASSWORD, "password_again": PASSWORD}


@dataclass
class Walker:
    """Somebody in the middle of a run."""

    cabinet: Cabinet
    run_id: str
    visitor: Visitor = VISITOR

    def opened(self) -> Opened:
        """The run as it stands."""
        found = open_run(self.cabinet, self.run_id, self.visitor)
        assert found is not None
        return found

    def row(self) -> Run:
        """The run's row."""
        with scope(self.cabinet):
            found: Run = Run.objects.select_related("flow_version").get(pk=self.run_id)
        return found

    def answers(self) -> dict[str, Any]:
        """What is sealed in it."""
        return cast(dict[str, Any], unseal(bytes(self.row().answers), SEAL))

    def send(self, version: int | None = None, posted: Mapping[str, str] | None = None) -> Acted:
        """Send the screen where the run stands; `version` is today's unless given."""
        opened = self.opened()
        step = opened.flow.steps[opened.run.position]
        submission = step.prepare(opened.walk, posted or {})
        return act(
            self.cabinet, self.run_id, opened.run.version if version is None else version, submission, self.visitor
        )

    def first(self, full_name: str, union_card: str) -> Acted:
        """Send the first screen with both consents."""
        return self.send(None, {"full_name": full_name, "union_card": union_card, **CONSENTS})

    def second(self, **posted: str) -> Acted:
        """Send the second screen with a password; contacts stay as they are unless given."""
        return self.send(None, {**PASSWORDS, **posted})


def begun(cabinet: Cabinet, visitor: Visitor = VISITOR) -> Walker:
    """Somebody at the first screen."""
    return Walker(cabinet, str(begin(cabinet, FLOW, visitor).pk), visitor)


def matched(person: Person, visitor: Visitor = VISITOR) -> Walker:
    """Somebody at the second screen."""
    walker = begun(person.cabinet, visitor)
    acted = walker.first(person.full_name, person.union_card)
    assert not acted.errors, acted.errors
    assert acted.refusal is None
    return walker
