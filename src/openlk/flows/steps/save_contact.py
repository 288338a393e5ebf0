"""Writes a signed-in person's new phone or e-mail, and tells the one it replaces."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from openlk.flows.contacts import CONTACT_KINDS
from openlk.flows.fields import kind_of
from openlk.flows.sending import LETTER_VALUES, letter_values, proved_value, proved_vouched
from openlk.flows.step import Again, Known, Next, Outcome, Refusal, Step, StepOptions, words
from openlk.flows.walk import Walk
from openlk.identity.contacts import reaches, save_contact
from openlk.kit.kinds import KINDS
from openlk.messages.actions import queue

_UNPROVED = Refusal(
    title="Контакт не подтверждён",
    sentences=("Подтвердите новый контакт кодом и попробуйте ещё раз.",),
    advice=("Если не получается, позвоните в поддержку: {phone}.",),
)


class SaveContactOptions(StepOptions):
    """`field` names the answer with the new contact; `letter` tells the contact that was there before."""

    field: str
    letter: str = "contact_changed"
    unproved: Refusal = words(_UNPROVED)


class SaveContact(Step):
    """Only a contact that answered a code is written; it is vouched when a vouched one answered in the same run."""

    Options: ClassVar[type[StepOptions]] = SaveContactOptions
    options: SaveContactOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES - {"link", "life"} | {"what", "new"}
    writes: ClassVar[bool] = True
    sensitive: ClassVar[bool] = True

    @property
    def letters(self) -> Mapping[str, Sequence[str]]:
        return {self.options.letter: ("email", "sms")}

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """`field` must be a phone or an e-mail, the letter must exist."""
        right = [name for name in known.fields if known.kinds.get(name) in CONTACT_KINDS]
        missing: list[tuple[str, str, Sequence[str]]] = []
        if self.options.field not in right:
            missing.append(("field", self.options.field, right))
        if self.options.letter not in known.letters:
            missing.append(("letter", self.options.letter, known.letters))
        return missing

    def needs(self) -> Sequence[str]:
        """Whose login it is, the new contact, and a code that was answered."""
        return ("login", self.options.field, "proof")

    def enter(self, walk: Walk) -> Outcome:
        """Write it and tell the old one, by every way the login was reached before."""
        value = walk.answers[self.options.field]
        if not proved_value(walk, value):
            return Again(refusal=self.options.unproved)
        login_id = walk.facts["login"]
        kind = kind_of(walk.cabinet, self.options.field).key
        told = [reach for kind_told in ("email", "phone") for reach in reaches(login_id, kind_told)]
        save_contact(login_id, kind, value, vouched=proved_vouched(walk))
        what = {"phone": "телефон", "email": "адрес электронной почты"}[kind]
        values = {**letter_values(walk), "what": what, "new": KINDS[kind].mask(value)}
        for place, reach in enumerate(told):
            if reach.value != value:
                channel = "email" if reach.kind == "email" else "sms"
                queue(channel, reach.value, self.options.letter, values, key=f"contact_changed:{walk.run_id}:{place}")
        return Next()
