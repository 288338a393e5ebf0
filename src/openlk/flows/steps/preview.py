"""Shows what was found before the person goes on, so that a slip of the finger is seen in time."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from openlk.cabinets.scoping import scope
from openlk.flows.contacts import registered_contacts
from openlk.flows.fields import kind_of
from openlk.flows.step import Known, Next, Outcome, Step, StepOptions, Wait, words
from openlk.flows.walk import Walk


class PreviewOptions(StepOptions):
    """`fields`: the answers to show; they are the person's own words, never the register's."""

    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    title: str = words("Проверьте данные")
    lead: str = words("")
    step_title: str = words("Проверка")
    advice: tuple[str, ...] = words(())
    button: str = words("Продолжить")


class Preview(Step):
    """A page with the answers so far and one button."""

    Options: ClassVar[type[StepOptions]] = PreviewOptions
    options: PreviewOptions
    template: ClassVar[str] = "flows/preview.html"

    @property
    def asks(self) -> bool:
        return True

    def needs(self) -> Sequence[str]:
        return self.options.fields

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The fields must be defined."""
        return [("fields", name, known.fields) for name in self.options.fields if name not in known.fields]

    def enter(self, walk: Walk) -> Outcome:
        del walk
        return Wait("person")

    def submit(self, walk: Walk) -> Outcome:
        del walk
        return Next()

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Label and answer of every field; a contact of the register that was left as it is stays masked."""
        with scope(walk.cabinet):
            registered = registered_contacts(walk)
        rows = []
        for name in self.options.fields:
            kind, answer = kind_of(walk.cabinet, name), walk.answers.get(name, "")
            left = registered.get(kind.key, "")
            value = kind.show(answer) if answer else kind.mask(left) if left else ""
            rows.append({"label": walk.fields[name].label, "value": value})
        return {
            "title": self.options.title,
            "lead": self.options.lead,
            "step_title": self.options.step_title,
            "advice": self.options.advice,
            "button": self.options.button,
            "rows": rows,
        }
