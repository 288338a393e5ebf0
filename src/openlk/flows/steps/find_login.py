"""Finds the login that somebody wants back."""

from collections.abc import Sequence
from typing import ClassVar

from openlk.flows.fields import kind_of
from openlk.flows.step import Again, Known, Next, Outcome, Refusal, Step, StepOptions, words
from openlk.flows.walk import Walk
from openlk.guard.addresses import address_block
from openlk.guard.rules import Rule, tries_of_address
from openlk.identity.queries import password_of

_NOT_FOUND = Refusal(
    title="Такого логина нет",
    sentences=("Проверьте, что написано в поле, и попробуйте ещё раз.",),
    advice=("Если сообщение повторится, позвоните в поддержку: {phone}.",),
)


class FindLoginOptions(StepOptions):
    """`by` names the answer that a person logs in with."""

    by: str
    not_found: Refusal = words(_NOT_FOUND)


class FindLogin(Step):
    """In a silent flow who is not found walks the same screens, and nothing is sent."""

    Options: ClassVar[type[StepOptions]] = FindLoginOptions
    options: FindLoginOptions

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """`by` must be a field of the kind that people log in with."""
        right = [name for name in known.fields if known.kinds.get(name) == known.login_kind]
        return [] if self.options.by in right else [("by", self.options.by, right)]

    def needs(self) -> Sequence[str]:
        return (self.options.by,)

    def gives(self) -> Sequence[str]:
        """Whose login it is."""
        return ("login",)

    def attempts(self, walk: Walk) -> Sequence[tuple[str, Rule]]:
        """Asking costs the network a try; in a silent flow right and wrong ones alike are given back."""
        return ((f"address:{address_block(walk.visitor.address)}", tries_of_address()),)

    def enter(self, walk: Walk) -> Outcome:
        """Note whose login it is, or that it is nobody's."""
        name = kind_of(walk.cabinet, self.options.by).match_key(walk.answers[self.options.by])
        found = password_of(name)
        if found is None and not walk.silent:
            return Again(refusal=self.options.not_found)
        walk.facts["login"] = found[0] if found else 0
        walk.facts["nobody"] = found is None
        return Next()
