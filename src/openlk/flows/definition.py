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
from openlk.flows.fields import FieldDefinition, fields_of
from openlk.flows.step import Known, Step, StepOptions
from openlk.kit.discovery import plugins
from openlk.kit.suggest import nearest
from openlk.messages.letters import NoSuchLetter, letter_of
from openlk.register.definition import registers_of

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


def _letters(cabinet: Cabinet, names: list[str]) -> list[str]:
    found = []
    for name in names:
        try:
            letter_of(cabinet, name)
        except NoSuchLetter:
            continue
        found.append(name)
    return found


def _check_fields(cabinet: Cabinet) -> Iterator[Problem]:
    columns = {name for register in registers_of(cabinet).values() for name in register.columns}
    for name, definition in fields_of(cabinet).items():
        if definition.kind is None and name not in columns:
            file = cabinet.folder / DEFINITION_FILE
            expected = "нет столбца с таким именем: задайте kind или назовите поле как столбец."
            yield Problem(file, f"field.{name}", expected, nearest(name, columns))


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """Fields have a kind; steps refer to fields, registers, documents and letters that exist."""
    yield from _check_fields(cabinet)
    file = cabinet.folder / DEFINITION_FILE
    for flow_name, flow in flows_of(cabinet).items():
        for place, step in enumerate(steps_of(flow)):
            wanted = getattr(step.options, "letter", "")
            known = Known(
                fields=list(fields_of(cabinet)),
                registers={name: list(each.columns) for name, each in registers_of(cabinet).items()},
                documents=list(documents_of(cabinet)),
                letters=_letters(cabinet, [wanted] if wanted else []),
            )
            for option, wrong, right in step.dangling(known):
                key = f"flow.{flow_name}.steps[{place}].{option}"
                names = ", ".join(right) or "ничего нет"
                yield Problem(file, key, f"«{wrong}» не найдено; есть: {names}.", nearest(wrong, right))
