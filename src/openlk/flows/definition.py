"""Flows as data: `[field.*]` and `[flow.*]` of cabinet.toml."""

import re
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
from openlk.flows.step import Known, Refusal, Step, StepOptions
from openlk.identity.definition import login_definition
from openlk.kit.discovery import plugins
from openlk.kit.suggest import nearest
from openlk.messages.letters import letter_names
from openlk.messages.wording import letter_problems
from openlk.register.definition import registers_of

# The flow that /register walks, and the step that every flow ends with.
REGISTRATION = "registration"
LAST_STEP = "tell"
# Form inputs of the engine itself, which a field's name must not take.
TAKEN_NAMES = frozenset({"version", "password", "password_again", "username", "code", "again", "flow", "next"})
TAKEN_BEGINNINGS = ("consent_", "shown_", "typed:")
REFUSAL_WORDS = frozenset({"phone"})

_BRACES = re.compile(r"\{([^{}]*)\}")

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
    """`[flow.<name>]`: who may start it, how long it waits for its person, and its steps in order.

    `silent`: the answer is the same whether the person is known or not. `offer`: where its beginning is offered: on the
    page /recover, or beside the phone, e-mail or password in the person's settings; `choice`: what it is called there.
    """

    title: str
    who: Literal["anyone", "login"] = "anyone"
    silent: bool = False
    idle_days: Annotated[int, Field(ge=1, le=60)] = 7
    offer: Literal["", "recover", "phone", "email", "password"] = ""
    choice: str = ""
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]


PARTS = {"field": dict[str, FieldDefinition], "flow": dict[str, FlowDefinition]}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def flows_of(cabinet: Cabinet) -> dict[str, FlowDefinition]:
    """The cabinet's flows by name."""
    found: dict[str, FlowDefinition] = cabinet.parts["flow"]
    return found


def offered_flows(cabinet: Cabinet, offer: str) -> dict[str, FlowDefinition]:
    """The cabinet's flows that are offered in one place, in the order of the definition."""
    return {name: flow for name, flow in flows_of(cabinet).items() if flow.offer == offer}


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
        if name in TAKEN_NAMES or name.startswith(TAKEN_BEGINNINGS):
            file = cabinet.folder / DEFINITION_FILE
            yield Problem(file, f"field.{name}", "так называется поле самого движка: назовите своё иначе.")


def _check_contacts(cabinet: Cabinet) -> Iterator[Problem]:
    """A login has one phone and one e-mail: two fields of a kind would overwrite each other."""
    file = cabinet.folder / DEFINITION_FILE
    for flow_name, flow in flows_of(cabinet).items():
        asked = [name for step in steps_of(flow) for name in step.gives() if name in fields_of(cabinet)]
        for kind in ("phone", "email"):
            same = [name for name in asked if kind_of(cabinet, name).key == kind]
            if len(same) > 1:
                yield Problem(file, f"flow.{flow_name}.steps", f"поля одного вида ({kind}): {', '.join(same)}.")


def _kinds(cabinet: Cabinet) -> dict[str, str]:
    """The kind of every field that has one; the others are refused by themselves."""
    registers = registers_of(cabinet).values()
    columns: dict[str, str] = {name: each.kind for register in registers for name, each in register.columns.items()}
    return {name: field.kind or columns.get(name, "") for name, field in fields_of(cabinet).items()}


def _known(cabinet: Cabinet) -> Known:
    return Known(
        fields=list(fields_of(cabinet)),
        kinds=_kinds(cabinet),
        login_kind=login_definition(cabinet).kind,
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
    for letter, channels in step.letters.items():
        if letter in known.letters:
            for expected, hint in letter_problems(cabinet, letter, step.letter_values, channels):
                yield Problem(file, f"{key}.letter", expected, hint)


def _placeholders(options: StepOptions) -> Iterator[tuple[str, str]]:
    """The words in braces of every refusal of a step: (option, word)."""
    for option in type(options).model_fields:
        refusal = getattr(options, option)
        if isinstance(refusal, Refusal):
            for line in (*refusal.sentences, *refusal.advice):
                yield from ((option, word) for word in _BRACES.findall(line))


def _check_words(cabinet: Cabinet, key: str, options: StepOptions) -> Iterator[Problem]:
    for option, word in _placeholders(options):
        if word not in REFUSAL_WORDS:
            expected = f"«{{{word}}}» здесь нечем заполнить; есть: {{phone}}."
            yield Problem(cabinet.folder / DEFINITION_FILE, f"{key}.{option}", expected, nearest(word, REFUSAL_WORDS))


def _check_order(cabinet: Cabinet, name: str, flow: FlowDefinition) -> Iterator[Problem]:
    """It begins with a screen, ends by telling, and what a silent flow keeps to itself is told by letters alone."""
    file, key = cabinet.folder / DEFINITION_FILE, f"flow.{name}.steps"
    first = STEPS[flow.steps[0].use](flow.steps[0])
    if not first.asks:
        yield Problem(file, key, "первым должен быть шаг с экраном, например «ask»: с него человек начинает.")
    if flow.steps[-1].use != LAST_STEP:
        yield Problem(file, key, f"последним должен быть шаг «{LAST_STEP}»: он говорит, чем всё кончилось.")
    if flow.offer not in {"", "recover"} and flow.who != "login":
        yield Problem(file, f"flow.{name}.who", 'в настройках человека предлагают только пути с who = "login".')
    if flow.offer == "recover" and flow.who != "anyone":
        yield Problem(file, f"flow.{name}.who", 'доступ восстанавливает тот, кто войти не может: who = "anyone".')
    if flow.who == "login" and flow.silent:
        yield Problem(file, f"flow.{name}.silent", "вошедший человек известен: такой путь молчаливым быть не может.")


def _check_offer(cabinet: Cabinet) -> Iterator[Problem]:
    """Ways of recovery share one form: the page asks once and then goes one way or the other."""
    file = cabinet.folder / DEFINITION_FILE
    ways = offered_flows(cabinet, "recover")
    forms = {name: getattr(flow.steps[0], "fields", ()) for name, flow in ways.items()}
    first = next(iter(forms.values()), ())
    for name, fields in forms.items():
        if fields != first:
            yield Problem(file, f"flow.{name}.steps", "все пути восстановления начинаются с одних и тех же полей.")
        if len(ways) > 1 and not ways[name].choice:
            yield Problem(file, f"flow.{name}.choice", "путей восстановления несколько: назовите каждый.")


def _check_flow(cabinet: Cabinet, name: str, flow: FlowDefinition, known: Known) -> Iterator[Problem]:
    given: set[str] = {"login", "identifier"} if flow.who == "login" else set()
    for place, step in enumerate(steps_of(flow)):
        key = f"flow.{name}.steps[{place}]"
        yield from _check_step(cabinet, key, step, known, given)
        yield from _check_words(cabinet, key, step.options)
        if flow.silent and step.writes and "proof" not in given:
            expected = "в молчаливом пути сюда доходит только тот, кто подтвердил контакт: поставьте раньше send_*."
            yield Problem(cabinet.folder / DEFINITION_FILE, key, expected)
        if flow.silent and getattr(step.options, "taken", "") == "say":
            expected = 'молчаливый путь не говорит, что кабинет уже есть: taken = "letter" или "allow".'
            yield Problem(cabinet.folder / DEFINITION_FILE, f"{key}.taken", expected)
        given |= set(step.gives())
    yield from _check_order(cabinet, name, flow)


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """Fields have a kind; steps refer to what exists, in an order in which it is there; a flow ends by telling."""
    problems = list(_check_fields(cabinet))
    yield from problems or _check_contacts(cabinet)
    file = cabinet.folder / DEFINITION_FILE
    known = _known(cabinet)
    if REGISTRATION not in flows_of(cabinet):
        yield Problem(file, "flow", f"нужен путь «{REGISTRATION}».", nearest(REGISTRATION, list(flows_of(cabinet))))
    for name, flow in flows_of(cabinet).items():
        yield from _check_flow(cabinet, name, flow, known)
    yield from _check_offer(cabinet)
