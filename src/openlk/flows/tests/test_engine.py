"""One transition is one transaction; a failed check undoes what it wrote, and nothing else."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from openlk.audit.actions import record
from openlk.audit.models import Event
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.flows import engine, opening, versions
from openlk.flows.models import Run
from openlk.flows.opening import open_run, resumable
from openlk.flows.step import Again, FieldError, Outcome, Refusal, Refuse, Step, StepOptions
from openlk.flows.versions import Flow
from openlk.flows.walk import Visitor, Walk
from openlk.guard.models import Budget
from openlk.guard.rules import Rule
from openlk.identity.models import Login
from openlk.messages.actions import queue
from openlk.messages.models import Message
from tests.support.people import make_person
from tests.support.running import FLOW, VISITOR, begun, matched

STRANGER = Visitor("another browser", "198.51.100.9")


class Writing(Step):
    """Writes a letter, a line of the audit and a fact, and then answers as it is told."""

    answer: Outcome = Again((FieldError("union_card", "Не подходит."),))

    def attempts(self, walk: Walk) -> Sequence[tuple[str, Rule]]:
        return (("try:1", Rule((0,), 3600)),)

    def enter(self, walk: Walk) -> Outcome:
        queue("email", "anna@example.org", "support_received", {"number": "1"})
        record("tried", actor="person", subject="run:1")
        walk.facts["holder"] = None
        walk.answers["written"] = "by the step"
        return self.answer


def _with_writing_step(monkeypatch: pytest.MonkeyPatch, answer: Outcome | None = None) -> None:
    """After the first screen every run comes to `Writing`."""

    def thawed(cabinet: Cabinet, version: Any) -> Flow:
        flow = versions.thawed(cabinet, version)
        step = Writing(StepOptions())
        step.answer = answer or Writing.answer
        return Flow(flow.name, flow.title, flow.idle_days, [flow.steps[0], step, *flow.steps[2:]])

    monkeypatch.setattr(opening, "thawed", thawed)


def _written(cabinet: Cabinet) -> tuple[int, int, dict[str, int]]:
    with scope(cabinet):
        return (
            Message.objects.count(),
            Event.objects.filter(action="tried").count(),
            dict(Budget.objects.values_list("subject", "tries")),
        )


def test_a_failed_check_keeps_the_answers_and_the_attempt_and_undoes_the_rest(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_writing_step(monkeypatch)
    walker = begun(cabinet)
    acted = walker.first("Ли Ян", "123")
    assert [error.message for error in acted.errors] == ["Не подходит."]
    assert _written(cabinet) == (0, 0, {"try:1": 1})
    assert (walker.answers()["full_name"], walker.answers()["union_card"]) == ("Ли Ян", "123")
    assert "written" not in walker.answers()
    assert walker.row().facts == {}
    assert (walker.row().position, walker.row().state) == (0, "active")


def test_without_the_savepoint_the_letter_would_stay(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control of the test above."""
    _with_writing_step(monkeypatch)
    opened: list[str] = []

    def outer_only(*, savepoint: bool = True) -> AbstractContextManager[None]:
        opened.append("a block")
        return transaction.atomic(savepoint=savepoint) if len(opened) == 1 else nullcontext()

    walker = begun(cabinet)
    before = walker.opened().run.version
    submission = (
        walker.opened()
        .flow.steps[0]
        .prepare(
            walker.opened().walk,
            {"full_name": "Ли Ян", "union_card": "123", "consent_rules": "1", "consent_personal-data": "1"},
        )
    )
    monkeypatch.setattr(engine, "transaction", SimpleNamespace(atomic=outer_only))
    engine.act(cabinet, walker.run_id, before, submission, VISITOR)
    assert _written(cabinet)[0] == 1


def test_a_refused_run_ends_and_undoes_what_its_last_step_wrote(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_writing_step(monkeypatch, Refuse("taken", Refusal(title="Нет")))
    walker = begun(cabinet)
    walker.first("Ли Ян", "123")
    assert _written(cabinet)[:2] == (0, 0)
    row = walker.row()
    assert (row.state, row.outcome, bytes(row.answers)) == ("refused", "taken", b"")
    with scope(cabinet):
        event = Event.objects.get(action="run refused")
    assert event.details == {"reason": "taken"}


def test_a_form_older_than_the_run_changes_nothing(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    walker = matched(person)
    before = walker.row()
    acted = walker.send(before.version - 1, {"password": "другой пароль", "password_again": "другой пароль"})
    after = walker.row()
    assert acted.stale
    assert (after.version, bytes(after.answers), after.acted_at) == (
        before.version,
        bytes(before.answers),
        before.acted_at,
    )


def test_a_form_sent_twice_counts_once(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet))
    version = walker.row().version
    assert not walker.send(version, {"password": "соль и хлеб", "password_again": "соль и хлеб"}).stale
    opened = walker.opened()
    again = engine.act(cabinet, walker.run_id, version, opened.flow.steps[2].prepare(opened.walk, {}), VISITOR)
    assert again.stale
    with scope(cabinet):
        assert (Login.objects.count(), Message.objects.count()) == (1, 1)
        assert Event.objects.filter(action="login created").count() == 1


def test_every_transition_makes_a_new_version(documents: None, cabinet: Cabinet) -> None:
    walker = begun(cabinet)
    seen = [walker.row().version]
    walker.first("Ли Ян", "123")
    seen.append(walker.row().version)
    walker.first("Ли Ян", "124")
    seen.append(walker.row().version)
    assert seen == [0, 1, 2]


def test_a_run_that_is_over_takes_no_more_forms(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet))
    walker.second()
    assert walker.row().state == "done"
    opened = walker.opened()
    acted = engine.act(
        cabinet, walker.run_id, opened.run.version, opened.flow.steps[0].prepare(opened.walk, {}), VISITOR
    )
    assert acted.stale


def test_only_its_own_browser_opens_a_run(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet))
    assert open_run(cabinet, walker.run_id, STRANGER) is None
    assert open_run(cabinet, walker.run_id, Visitor("", "203.0.113.7")) is None
    assert open_run(cabinet, walker.run_id, VISITOR) is not None


def test_the_browsers_secret_is_not_stored(documents: None, cabinet: Cabinet) -> None:
    walker = begun(cabinet)
    with scope(cabinet):
        row = Run.objects.filter(pk=walker.run_id).values().get()
    assert VISITOR.browser not in str(row)


def test_a_browser_is_offered_its_newest_unfinished_run(documents: None, cabinet: Cabinet) -> None:
    first = matched(make_person(cabinet))
    second = matched(make_person(cabinet, full_name="Ким Юн Су"))
    begun(cabinet)
    offered = resumable(cabinet, [FLOW], VISITOR)
    assert offered is not None
    assert str(offered.pk) == second.run_id
    second.second()
    offered = resumable(cabinet, [FLOW], VISITOR)
    assert offered is not None
    assert str(offered.pk) == first.run_id
    assert resumable(cabinet, [FLOW], STRANGER) is None
    assert resumable(cabinet, [FLOW], Visitor("", "")) is None


def test_a_run_that_has_not_passed_its_first_screen_is_not_offered(documents: None, cabinet: Cabinet) -> None:
    begun(cabinet).first("Ли Ян", "123")
    assert resumable(cabinet, [FLOW], VISITOR) is None


def test_runs_have_short_numbers_and_long_secrets(documents: None, cabinet: Cabinet) -> None:
    rows = [begun(cabinet).row() for _ in range(10)]
    assert all(re.fullmatch(r"\d{10}", row.number) for row in rows)
    assert len({row.number for row in rows}) == len({row.status_token for row in rows}) == 10
    assert all(len(row.status_token) == 43 for row in rows)


def test_a_number_that_is_taken_is_drawn_again(
    documents: None, cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([7, 7, 7, 8])
    monkeypatch.setattr("openlk.flows.engine.secrets.randbelow", lambda _: next(numbers))
    assert [begun(cabinet).row().number for _ in range(2)] == ["0000000007", "0000000008"]


def test_facts_hold_numbers_of_rows_and_no_words(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet))
    walker.second()
    facts = walker.row().facts
    assert set(facts) == {"identifier", "holder", "login"}
    assert all(isinstance(value, int) for value in facts.values())


def test_answers_are_sealed_at_rest(documents: None, cabinet: Cabinet) -> None:
    walker = matched(make_person(cabinet, full_name="Ковалёва Анна Петровна"))
    raw = bytes(walker.row().answers)
    assert "Ковалёва".encode() not in raw
    assert b"full_name" not in raw
    assert walker.answers()["full_name"] == "Ковалёва Анна Петровна"
