"""Links that letters carry: on with a step, or on with a whole run in another browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from openlk.audit.actions import record
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.contacts import CONTACT_KINDS, contacts_in_use, registered_contacts
from openlk.flows.definition import offered_flows
from openlk.flows.engine import Acted, begin, follow
from openlk.flows.models import Run
from openlk.flows.opening import Opened, locked, mended, save
from openlk.flows.sending import confirm_address, letter_values, life_in_words
from openlk.flows.walk import Visitor, Walk
from openlk.guard.challenges import consume_link, issue_link, look_at_link
from openlk.guard.sends import may_send
from openlk.identity.contacts import Reach, reaches
from openlk.identity.queries import password_of
from openlk.kit import clock
from openlk.kit.sealed import digest, new_token
from openlk.messages.actions import queue

RESUME_LIFE = timedelta(hours=24)
OPERATOR_LIFE = timedelta(hours=24)
_STEP, _RESUME = "run", "resume"


@dataclass(frozen=True)
class Target:
    """What a link leads to: a run, and the step that sent it (None: wherever the run stands)."""

    run_id: str
    position: int | None
    about: Mapping[str, Any]


class NoSuchLogin(LookupError):
    """There is no login of that name."""


class NoWayBack(LookupError):
    """The cabinet has no flow of recovery."""


def _target(subject: str, about: Mapping[str, Any]) -> Target:
    kind, _, rest = subject.partition(":")
    run_id, _, position = rest.partition(":")
    return Target(run_id, int(position) if kind == _STEP else None, about)


def look(cabinet: Cabinet, token: str, address: str) -> Opened | None:
    """The run that a living link leads to, as it stands; reads only, so that looking uses nothing up."""
    with scope(cabinet), transaction.atomic():
        link = look_at_link(token, address)
        if link is None:
            return None
        target = _target(link.subject, link.about)
        run = locked(Run.objects.filter(pk=target.run_id, state="active"))
        if run is None or (target.position is not None and run.position != target.position):
            return None
        opened = mended(cabinet, run, Visitor("", ""))
        # Making it stand may have ended it, or put it back to a place that another link leads to.
        return opened if run.state == "active" and target.position in {None, run.position} else None


def confirm(cabinet: Cabinet, token: str, visitor: Visitor) -> Acted | None:
    """Use a link up and go on in this browser; None when it leads nowhere (any more), and then nothing is used up."""
    with scope(cabinet), transaction.atomic():
        link = consume_link(token, visitor.address)
        if link is None:
            return None
        target = _target(link.subject, link.about)
        if target.about.get("decoy"):
            return None
        if target.position is None:
            acted = _moved(cabinet, target.run_id, visitor)
        else:
            acted = follow(cabinet, target.run_id, target.position, target.about, visitor)
        if acted is None:
            transaction.set_rollback(True)
        return acted


def _moved(cabinet: Cabinet, run_id: str, visitor: Visitor) -> Acted | None:
    """The run goes on in this browser, where it stands."""
    run = locked(Run.objects.filter(pk=run_id, state="active"))
    if run is None:
        return None
    opened = mended(cabinet, run, visitor)
    if run.state != "active":
        return None
    save(run, opened.walk, browser_digest=digest(visitor.browser))
    record("run moved", actor="person", subject=f"run:{run.pk}")
    return Acted(run)


def _resume_reach(walk: Walk) -> Reach | None:
    """A contact of the run: what was typed into it, or what the register or the login has; e-mail before SMS."""
    for kind in sorted(CONTACT_KINDS):
        own = contacts_in_use(walk).get(kind) or registered_contacts(walk).get(kind)
        if own:
            return Reach(kind, own, vouched=False)
        found = reaches(walk.facts.get("login", 0), kind)
        if found:
            return found[0]
    return None


def send_resume_link(cabinet: Cabinet, run: Run, visitor: Visitor) -> None:
    """Send a link to go on with a run to a contact of its own; says nothing about whether there is one."""
    with scope(cabinet), transaction.atomic():
        fresh = locked(Run.objects.filter(pk=run.pk, state="active", session_id=None))
        if fresh is None:
            return
        walk = mended(cabinet, fresh, visitor).walk
        reach = _resume_reach(walk)
        channel = "sms" if reach is not None and reach.kind == "phone" else "email"
        wait_seconds = may_send(channel, reach.value if reach else f"nobody:{run.pk}", visitor.address)
        token = issue_link(f"{_RESUME}:{run.pk}", life=RESUME_LIFE)
        queue(
            channel,
            reach.value if reach else "nobody@nowhere.invalid",
            "resume_link",
            {**letter_values(walk), "life": life_in_words(int(RESUME_LIFE.total_seconds() // 60))},
            secrets={"link": confirm_address(walk, token)},
            expires_at=clock.wall() + RESUME_LIFE,
            decoy=reach is None or bool(wait_seconds),
        )


def operators_link(cabinet: Cabinet, name: str, actor: str) -> str:
    """A link that lets the owner of a login set a new password, for an operator who has made sure whose it is.

    The operator neither sees nor chooses a password. The link lives 24 hours and counts as a vouched proof. Raises
    NoSuchLogin and NoWayBack.
    """
    ways = offered_flows(cabinet, "recover")
    if not ways:
        raise NoWayBack(cabinet.slug)
    flow_name = next(iter(ways))
    with scope(cabinet):
        found = password_of(name)
    if found is None:
        raise NoSuchLogin(name)
    run = begin(cabinet, flow_name, Visitor(new_token(), ""))
    with scope(cabinet), transaction.atomic():
        fresh = locked(Run.objects.filter(pk=run.pk))
        assert fresh is not None  # written above
        opened = mended(cabinet, fresh, Visitor("", ""))
        walk = opened.walk
        walk.facts["login"] = found[0]
        walk.position = next(place for place, step in enumerate(opened.flow.steps) if "proof" in step.gives())
        save(fresh, walk, position=walk.position, waiting_for="message")
        token = issue_link(walk.subject, life=OPERATOR_LIFE, about={"kind": "operator", "vouched": True})
        record("reset link issued", actor=actor, subject=f"login:{found[0]}")
    return confirm_address(walk, token)
