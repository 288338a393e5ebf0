"""What must be true after every step, whoever did what: read from the tables themselves."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows.definition import STEPS
from openlk.flows.models import FlowVersion, Run
from openlk.guard.challenges import CODE_TRIES
from openlk.guard.models import Challenge
from openlk.guard.rules import code_tries
from openlk.identity.models import Link, Login, Session
from openlk.kit import clock
from openlk.ledger.models import LedgerAccount
from openlk.messages.models import Message

OVER = frozenset({"done", "refused", "superseded", "expired"})
WAITING = frozenset({"person", "operator", "message", "job"})
PROOF_LIFE = timedelta(minutes=10)
DAY = timedelta(days=1)
# Of one subject in a day: the free ones and one after each wait.
CODES_A_DAY = code_tries().free + len(code_tries().delays_seconds)


@dataclass(frozen=True)
class Issued:
    """A code or the token of a link, as it was issued; `decoy`: sent to nobody, in a silent flow."""

    kind: str
    subject: str
    secret: str
    decoy: bool


@dataclass
class Known:
    """What the watcher knows beside the tables: secrets as they were issued, typed and compared."""

    secrets: list[Issued] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    compared: list[tuple[str, frozenset[int], datetime]] = field(default_factory=list)
    # The runs whose flow was changed under them, and the logins that were there before.
    changed: set[Any] = field(default_factory=set)
    logins: set[int] = field(default_factory=set)
    # What went wrong while a page was made.
    broken: list[str] = field(default_factory=list)

    def in_clear(self) -> set[str]:
        """What must stand nowhere in clear."""
        return self.typed | {each.secret for each in self.secrets}


@dataclass(frozen=True)
class Seen:
    """Everything at one moment."""

    at: datetime
    runs: Mapping[Any, Run]
    structures: Mapping[int, list[dict[str, Any]]]
    passwords: Mapping[int, str]
    proved: Mapping[int, datetime]
    events: list[int]


def look(cabinet: Cabinet) -> Seen:
    """The rows as they are now."""
    with scope(cabinet):
        versions = FlowVersion.objects.all()
        return Seen(
            clock.wall(),
            {run.pk: run for run in Run.objects.select_related("flow_version")},
            {each.pk: steps_in(each.structure) for each in versions},
            dict(Login.objects.values_list("pk", "password")),
            dict(Session.objects.values_list("pk", "proved_at")),
            list(Event.objects.order_by("pk").values_list("pk", flat=True)),
        )


def steps_in(structure: Any) -> list[dict[str, Any]]:
    """The frozen steps; release 0.1 froze a list of them and nothing else."""
    found: list[dict[str, Any]] = structure if isinstance(structure, list) else structure["steps"]
    return found


def gives_proof(step: Mapping[str, Any]) -> bool:
    """Whether a frozen step proves who is there."""
    kind = STEPS[step["use"]]
    return "proof" in kind(kind.Options.model_construct(**step)).gives()


def proof_places(seen: Seen, run: Run) -> list[int]:
    """The positions of a run's flow where something is proved."""
    return [place for place, step in enumerate(seen.structures[run.flow_version_id]) if gives_proof(step)]


def check(cabinet: Cabinet, before: Seen, after: Seen, known: Known) -> None:
    """Hold one step of whoever acted against everything that must be true."""
    assert set(before.runs) <= set(after.runs), "a run has gone"
    for key, run in after.runs.items():
        check_run(run)
        if key in before.runs:
            check_transition(before, after, before.runs[key], run)
            if before.runs[key].flow_version_id != run.flow_version_id:
                known.changed.add(key)
        elif run.state == "done":
            check_session(before, run, after)
    assert after.events[: len(before.events)] == before.events, "the record of acts was changed"
    check_passwords(before, after)
    check_attempts(known)
    with scope(cabinet):
        check_logins(after, known)
        check_challenges(after, known)
        check_messages()


def check_run(run: Run) -> None:
    """One row by itself."""
    assert run.state in OVER | {"active"}, run.state
    assert run.waiting_for in WAITING, run.waiting_for
    if run.state in OVER:
        assert bytes(run.answers) == b"", f"a run that is {run.state} keeps answers"
    if run.facts.get("nobody"):
        assert not run.facts.get("proofs"), "nobody has proved something"
        assert run.state != "done", "nobody came to the end"


def check_transition(before: Seen, after: Seen, was: Run, now: Run) -> None:
    """One row against itself, a step earlier."""
    assert now.version >= was.version, "a version went back"
    if was.state in OVER:
        same = (was.state, was.version, was.position, was.outcome)
        assert (now.state, now.version, now.position, now.outcome) == same, f"a run that is {was.state} moved"
        return
    if now.version == was.version:
        unmoved = (was.position, was.flow_version_id, was.facts, was.waiting_for, bytes(was.answers))
        # A run ends by the hand of others, too: another run of the person, or the time.
        now_is = (now.position, now.flow_version_id, now.facts, now.waiting_for, bytes(was.answers))
        assert now_is == unmoved, "a run moved without a new version"
        assert now.state in {"active", "superseded", "expired"}, now.state
        assert now.state != "active" or bytes(now.answers) == bytes(was.answers), "answers changed by themselves"
        return
    if was.waiting_for != "operator" and was.idle_at is not None:
        assert after.at <= was.idle_at, "a run moved after its time"
    check_proofs(before, after, was, now)
    if now.position > was.position or now.state == "done":
        check_session(before, now, after)


def check_proofs(before: Seen, after: Seen, was: Run, now: Run) -> None:
    """Nobody gets past a proof without proving, at whatever place the run stood before."""
    changed = was.flow_version_id != now.flow_version_id
    proofs = len(now.facts.get("proofs", ())) - len(was.facts.get("proofs", ()))
    if changed:
        # Put back by a change of the flow: where it stands, everything before must be its own to have.
        done_before = leading(before.structures[was.flow_version_id], after.structures[now.flow_version_id])
        kept = min(was.position, done_before)
        passed = [place for place in proof_places(after, now) if kept <= place < now.position]
    else:
        passed = [place for place in proof_places(after, now) if was.position <= place < now.position]
    if passed and now.state != "refused":
        assert proofs >= len(passed), f"past a proof at {passed} without proving"


def leading(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> int:
    """How many steps at the beginning are the same in both."""
    same = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        same += 1
    return same


def check_session(before: Seen, now: Run, after: Seen) -> None:
    """What a signed-in person changes, they have proved lately that they are who they are."""
    steps = [STEPS[step["use"]] for step in after.structures[now.flow_version_id]]
    if now.session_id is not None and any(step.sensitive for step in steps):
        proved = before.proved.get(now.session_id)
        assert proved is not None, "a session that is over walked a run"
        assert after.at - proved <= PROOF_LIFE, "walked on an old proof"


def check_passwords(before: Seen, after: Seen) -> None:
    """A password changes at the end of a run of its owner's, who proved it or is signed in."""
    for login, password in after.passwords.items():
        if before.passwords.get(login, password) == password:
            continue
        ended = [
            run
            for key, run in after.runs.items()
            if run.state == "done"
            and run.facts.get("login") == login
            and (key not in before.runs or before.runs[key].state == "active")
        ]
        assert ended, "a password changed and no run ended"
        assert all(run.session_id or run.facts.get("proofs") for run in ended), "a password changed without a proof"


def check_attempts(known: Known) -> None:
    """No code is compared more often than allowed, and no run's codes together."""
    of_code = Counter(challenge for _, challenges, _ in known.compared for challenge in challenges)
    assert all(times <= CODE_TRIES for times in of_code.values()), "one code was compared too often"
    for subject in {subject for subject, _, _ in known.compared}:
        moments = sorted({at for whose, _, at in known.compared if whose == subject})
        tries = [at for whose, _, at in known.compared if whose == subject]
        for begin in moments:
            assert sum(begin <= at < begin + DAY for at in tries) <= CODES_A_DAY, "too many codes in a day"


def check_logins(seen: Seen, known: Known) -> None:
    """One login for one holder, made by the step that makes them, with accounts for exactly those who have one."""
    linked = Link.objects.values("holder").annotate(logins=Count("login", distinct=True))
    assert all(each["logins"] == 1 for each in linked), "two logins of one holder"
    with_accounts = set(LedgerAccount.objects.values_list("holder", flat=True))
    assert with_accounts == {each["holder"] for each in linked}, "accounts of somebody without a login, or none"
    made = set(Event.objects.filter(action="login created").values_list("subject", flat=True))
    assert {f"login:{key}" for key in seen.passwords} == made, "a login that nobody has noted"
    assert set(seen.passwords) <= known.logins | made_by_runs(seen), "a login that no step has made"


def made_by_runs(seen: Seen) -> set[int]:
    """The logins of runs that came past the step that makes them."""
    found = set()
    for run in seen.runs.values():
        uses = [step["use"] for step in seen.structures[run.flow_version_id]]
        if run.facts.get("login") and any(use == "create_login" for use in uses[: run.position + 1]):
            found.add(run.facts["login"])
    return found


def check_challenges(seen: Seen, known: Known) -> None:
    """What was answered is used up; what waits for its answer is not."""
    alive = set(Challenge.objects.filter(used_at=None).values_list("subject", flat=True))
    for run in seen.runs.values():
        if run.facts.get("nobody") or run.pk in known.changed:
            continue
        for place in proof_places(seen, run):
            if seen.structures[run.flow_version_id][place]["use"] == "review":
                continue
            subject = f"run:{run.pk}:{place}"
            if place < run.position:
                assert subject not in alive, "a secret that was answered still opens"
            elif place == run.position and run.state == "active":
                assert subject in alive, "a secret was used up and the run did not move"


def check_messages() -> None:
    """Nothing is written twice under one key."""
    keys = list(Message.objects.exclude(key="").values_list("key", flat=True))
    assert len(keys) == len(set(keys)), "one message twice"


def _rows() -> Iterable[Any]:
    """Everything that must not tell: runs, acts, messages, challenges; dates and public numbers tell nothing."""
    yield from Run.objects.values_list("answers", "facts", "outcome", "browser_digest")
    yield from Event.objects.values_list("actor", "action", "subject", "details")
    yield from Message.objects.values_list("sealed", "plain", "letter", "last_error", "key", "message_id")
    yield from Challenge.objects.values_list("salt", "digest", "about", "subject")


def check_clear(known: Known) -> None:
    """No password, code, token, name or contact stands in clear where it is not needed."""
    text = "\n".join(
        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
        for row in _rows()
        for value in row
    )
    for secret in known.in_clear():
        assert secret not in text, f"«{secret}» stands in clear"
