"""Ends or interrupts a flow with a page, a letter or both."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from openlk.flows.contacts import contacts_in_use
from openlk.flows.step import Known, Next, Outcome, Step, StepOptions, Wait, words
from openlk.flows.walk import Walk
from openlk.messages.actions import queue


class TellOptions(StepOptions):
    """`letter` goes to the e-mail answered before; `pause = true` waits until the person presses the button."""

    letter: str = ""
    pause: bool = False
    title: str = words()
    sentences: tuple[str, ...] = words(())
    button: str = words("Продолжить")


class Tell(Step):
    """As a flow's last step it is the page that the person sees from then on."""

    Options: ClassVar[type[StepOptions]] = TellOptions
    options: TellOptions
    letter_values: ClassVar[frozenset[str]] = frozenset({"cabinet", "support_phone"})

    @property
    def waits(self) -> bool:
        return self.options.pause

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The letter must exist."""
        if self.options.letter and self.options.letter not in known.letters:
            return [("letter", self.options.letter, known.letters)]
        return ()

    def enter(self, walk: Walk) -> Outcome:
        """Send the letter; go on, or wait for the button."""
        if self.options.letter:
            profile = walk.cabinet.profile
            values = {"cabinet": profile.name, "support_phone": profile.support_phone}
            email = contacts_in_use(walk).get("email")
            if email:
                queue("email", email, self.options.letter, values)
        return Wait("person") if self.options.pause else Next()

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """The page's words."""
        del walk
        return {
            "title": self.options.title,
            "sentences": self.options.sentences,
            "button": self.options.button,
        }
