"""What every flow step must give, whoever wrote it: tried on each file of flows/steps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import entered, scope
from openlk.content.documents import publish
from openlk.flows.definition import flows_of, steps_of
from openlk.flows.fields import fields_of
from openlk.flows.step import Known, Step, StepOptions, Submission
from openlk.flows.walk import Visitor, Walk
from openlk.kit.discovery import BadPluginError, plugins
from tests.support.dropped import drop_in

PACKAGE = "openlk.flows.steps"
STEPS = plugins(PACKAGE, Step)
HOSTILE = (
    "",
    " ",
    "\x00\x1b[2J",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "{phone} {{ 7 * 7 }} %s",
    "\u0660\u0661\u0662",  # digits, but of another script
    "🙂" * 300,
)
NOTHING = Known(fields=(), kinds={}, login_kind="identifier", registers={}, documents=(), letters=())
# One button and nothing to fill in: there is nothing that a blank form could lack.
ONE_BUTTON = {"send_link", "preview"}

WAVE = '''
"""Greets."""

from typing import ClassVar

from openlk.flows.step import Next, Outcome, Step, StepOptions, words
from openlk.flows.walk import Walk


class WaveOptions(StepOptions):
    """`times`: how often."""

    times: int = 1
    title: str = words("Здравствуйте")


class Wave(Step):
    """Greets and goes on."""

    Options: ClassVar[type[StepOptions]] = WaveOptions

    def enter(self, walk: Walk) -> Outcome:
        """Go on."""
        del walk
        return Next()
'''


def check_step(kind: type[Step]) -> None:
    """The promises of a step that need no cabinet."""
    options = kind.Options
    assert issubclass(options, StepOptions), "options are a StepOptions, which refuses unknown keys"
    assert kind.__doc__, "one sentence says what the step is for"
    assert options.__doc__, "the options are explained"
    assert "use" not in options.model_fields, "`use` is the file's name"
    assert options.words() <= set(options.model_fields)
    with pytest.raises(ValidationError) as refused:
        options.model_validate({"no_such_option": 1})
    assert "extra_forbidden" in {error["type"] for error in refused.value.errors()}
    assert json.dumps(options.model_json_schema()), "editors get a schema"


def check_screen(step: Step, walk: Walk) -> None:
    """Whatever is sent, the answer is a Submission that can be sealed, and a blank form with fields has errors."""
    names = [*fields_of(walk.cabinet), "password", "password_again"]
    for text in HOSTILE:
        sent = step.prepare(walk, {**dict.fromkeys(names, text), "unasked": text})
        assert isinstance(sent, Submission)
        assert json.loads(json.dumps(sent.answers)) == sent.answers, "answers are JSON, never pickled"
    if step.options.use not in ONE_BUTTON:
        assert step.prepare(walk, {}).errors, "a blank form is not accepted"
    with scope(walk.cabinet):
        assert step.screen(walk)


def _used(key: str) -> Iterator[tuple[Cabinet, Step]]:
    """The steps of that kind in the flows of all cabinets, the shipped and the tests'."""
    for cabinet in cabinets().values():
        for flow in flows_of(cabinet).values():
            yield from ((cabinet, step) for step in steps_of(flow) if isinstance(step, STEPS[key]))


@pytest.mark.parametrize("key", STEPS)
def test_a_step_keeps_its_promises(key: str) -> None:
    check_step(STEPS[key])


@pytest.mark.parametrize("key", STEPS)
def test_the_options_of_a_step_are_frozen_as_json(key: str, cabinet: Cabinet) -> None:
    """A FlowVersion keeps them; they are validated again when a run goes on under a later release."""
    for _, step in _used(key):
        frozen = json.loads(step.options.model_dump_json(by_alias=True))
        assert type(step.options).model_validate(frozen) == step.options


@pytest.mark.parametrize("key", STEPS)
def test_a_step_names_what_is_not_there(key: str, cabinet: Cabinet) -> None:
    for _, step in _used(key):
        names = {info.alias or name for name, info in type(step.options).model_fields.items()}
        for option, wrong, right in step.dangling(NOTHING):
            assert option in names, "the message points at a key of the file"
            assert wrong
            assert wrong not in right


@pytest.mark.parametrize("key", STEPS)
def test_a_screen_takes_whatever_is_sent(key: str, documents: None) -> None:
    for each, step in _used(key):
        if step.asks:
            publish(each)
            with entered(each):
                check_screen(step, Walk(each, fields_of(each), Visitor("browser", "192.0.2.1")))


def test_the_test_cabinet_walks_every_screen() -> None:
    """A control: the tests above did try something."""
    assert {"ask", "match", "create_login", "tell"} <= set(STEPS)


def test_a_new_file_is_a_new_step_and_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = drop_in(PACKAGE, "wave", WAVE, tmp_path, monkeypatch)
    found = plugins(package, Step)
    assert set(found) == {*STEPS, "wave"}
    for kind in found.values():
        check_step(kind)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("class WaveOptions(StepOptions):", "from pydantic import BaseModel\n\n\nclass WaveOptions(BaseModel):"),
        ('    """Greets and goes on."""\n', ""),
        ("    times: int = 1", '    use: str = "hello"'),
    ],
)
def test_a_step_that_breaks_a_promise_is_caught(
    right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert right in WAVE
    package = drop_in(PACKAGE, "wave", WAVE.replace(right, wrong), tmp_path, monkeypatch)
    broken = plugins(package, Step)["wave"]
    with pytest.raises((AssertionError, AttributeError)):
        check_step(broken)


def test_a_file_without_a_step_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = drop_in(PACKAGE, "wave", "TIMES = 1\n", tmp_path, monkeypatch)
    with pytest.raises(BadPluginError, match=r"wave\.py"):
        plugins(package, Step)
