"""Flows as data: `[field.*]` and `[flow.*]` of cabinet.toml."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from openlk.cabinets.loading import DEFINITION_FILE, Cabinet
from openlk.cabinets.part import Part
from openlk.cabinets.problems import Problem
from openlk.content.definition import documents_of
from openlk.flows import steps
from openlk.flows.fields import FieldDefinition, fields_of, kind_of
from openlk.flows.step import Known, Step, StepOptions
from openlk.kit.discovery import plugins
from openlk.kit.suggest import nearest
from openlk.messages.letters import letter_names, letter_problems
from openlk.register.definition import registers_of

# The flow that /register walks, and the steps that every flow begins and ends with.
REGISTRATION = "registration"
FIRST_STEP = "ask"
LAST_STEP = "tell"

STEPS: dict[str, type[Step]] = plugins(steps.__name__, Step)


def _any_step() -> Any:
    """The union of all steps' options, told apart by `use`; built from whatever files lie in steps/."""
    options: list[Any] = []
    for key, kind in STEPS.items():
        use: Any = (Literal[key], ...)
        options.append(create_model(kind.Options.__name__, __base__=kind.Options, use=use))
    return Annotated[reduce(or_, options), Field(discriminator="use")]


if TYPE_CHECKING:
    # What every step's options have; the union itself is only known when the files are.
    class AnyStep(StepOptions):
        """Options of some step."""

        use: str
else:
    AnyStep = _any_step()


class FlowDefinition(Part):
    """`[flow.<name>]`: who may start it, how long it waits for its person, and its steps in order."""

    title: str
    who: Literal["anyone"] = "anyone"
    idle_days: Annotated[int, Field(ge=1, le=60)] = 7
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]


PARTS = {"field": dict[str, FieldDefinition], "flow": dict[str, FlowDefinition]}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def flows_of(cabinet: Cabinet) -> dict[str, FlowDefinition]:
    """The cabinet's flows by name."""
    found: dict[str, FlowDefinition] = cabinet.parts["flow"]
    return found


def steps_of(definition: FlowDefinition) -> list[Step]:
    """The steps of a flow, ready to walk."""
    return [STEPS[options.use](options) for options in definition.steps]


def _check_fields(cabinet: Cabinet) -> Iterator[Problem]:
    columns = {name for register in registers_of(cabinet).values() for name in register.columns}
    for name, definition in fields_of(cabinet).items():
        if definition.kind is None and name not in columns:
            file = cabinet.folder / DEFINITION_FILE
            expected = "нет столбца с таким именем: задайте kind или назовите поле как столбец."
            yield Problem(file, f"field.{name}", expected, nearest(name, columns))


def _check_contacts(cabinet: Cabinet) -> Iterator[Problem]:
    """A login has one phone and one e-mail: two fields of a kind would overwrite each other."""
    file = cabinet.folder / DEFINITION_FILE
    for flow_name, flow in flows_of(cabinet).items():
        asked = [name for step in steps_of(flow) for name in step.gives() if name in fields_of(cabinet)]
        for kind in ("phone", "email"):
            same = [name for name in asked if kind_of(cabinet, name).key == kind]
            if len(same) > 1:
                yield Problem(file, f"flow.{flow_name}.steps", f"поля одного вида ({kind}): {', '.join(same)}.")


def _known(cabinet: Cabinet) -> Known:
    return Known(
        fields=list(fields_of(cabinet)),
        registers={name: list(each.columns) for name, each in registers_of(cabinet).items()},
        documents=list(documents_of(cabinet)),
        letters=letter_names(cabinet),
    )


def _check_step(cabinet: Cabinet, key: str, step: Step, known: Known, given: set[str]) -> Iterator[Problem]:
    file = cabinet.folder / DEFINITION_FILE
    for option, wrong, right in step.dangling(known):
        names = ", ".join(right) or "ничего нет"
        yield Problem(file, f"{key}.{option}", f"«{wrong}» не найдено; есть: {names}.", nearest(wrong, right))
    for name in step.needs():
        if name not in given:
            yield Problem(file, key, f"шагу нужно «{name}», но ни один шаг до него этого не даёт.")
    letter = getattr(step.options, "letter", "")
    if letter in known.letters:
        for expected, hint in letter_problems(cabinet, letter, step.letter_values):
            yield Problem(file, f"{key}.letter", expected, hint)


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """Fields have a kind; steps refer to what exists, in an order in which it is there; a flow ends by telling."""
    problems = list(_check_fields(cabinet))
    yield from problems or _check_contacts(cabinet)
    file = cabinet.folder / DEFINITION_FILE
    known = _known(cabinet)
    if REGISTRATION not in flows_of(cabinet):
        yield Problem(file, "flow", f"нужен путь «{REGISTRATION}».", nearest(REGISTRATION, list(flows_of(cabinet))))
    for flow_name, flow in flows_of(cabinet).items():
        given: set[str] = set()
        for place, step in enumerate(steps_of(flow)):
            yield from _check_step(cabinet, f"flow.{flow_name}.steps[{place}]", step, known, given)
            given |= set(step.gives())
        if flow.steps[0].use != FIRST_STEP:
            expected = f"первым должен быть шаг «{FIRST_STEP}»: с него человек начинает."
            yield Problem(file, f"flow.{flow_name}.steps", expected)
        if flow.steps[-1].use != LAST_STEP:
            expected = f"последним должен быть шаг «{LAST_STEP}»: он говорит, чем всё кончилось."
            yield Problem(file, f"flow.{flow_name}.steps", expected)
