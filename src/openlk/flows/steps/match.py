"""Compares answers with the organisation's own register."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from openlk.flows.fields import kind_of
from openlk.flows.step import Again, Known, Next, Outcome, Refusal, Refuse, Step, StepOptions, words
from openlk.flows.walk import Walk
from openlk.guard.addresses import address_block
from openlk.guard.rules import Rule, tries_of_address, wrong_answers
from openlk.identity.queries import holder_has_login
from openlk.kit.sealed import digest
from openlk.register.definition import RegisterDefinition, registers_of
from openlk.register.queries import Found, find


class MatchOptions(StepOptions):
    """`find` names the answer that is the register's key; the answers named in `same` must fit the row found.

    `taken = "say"`: a person who has a login already is told so, after a full match only.
    """

    register_name: Annotated[str, Field(alias="register")]
    find: str
    same: Annotated[tuple[str, ...], Field(min_length=1)]
    taken: Literal["say"] = "say"
    not_found: Refusal = words()
    taken_words: Refusal = words()


class Match(Step):
    """One message for every mismatch: it never says which answer was wrong."""

    Options: ClassVar[type[StepOptions]] = MatchOptions
    options: MatchOptions

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The register, its columns and the fields asked for before must exist."""
        if self.options.register_name not in known.registers:
            return [("register", self.options.register_name, list(known.registers))]
        columns = known.registers[self.options.register_name]
        wanted = [("find", self.options.find), *(("same", name) for name in self.options.same)]
        return [(option, name, columns) for option, name in wanted if name not in columns or name not in known.fields]

    def needs(self) -> Sequence[str]:
        """The answers to be compared."""
        return (self.options.find, *self.options.same)

    def gives(self) -> Sequence[str]:
        """Whose row it is."""
        return ("identifier",)

    def _key(self, walk: Walk) -> str:
        return kind_of(walk.cabinet, self.options.find).match_key(walk.answers[self.options.find])

    def attempts(self, walk: Walk) -> Sequence[tuple[str, Rule]]:
        """A try costs the network and the number tried; a stranger can slow others down, never lock them out."""
        block = address_block(walk.visitor.address)
        number = f"match:{digest(self.options.register_name + self._key(walk))[:32]}"
        return (
            (f"address:{block}", tries_of_address()),
            (f"{number}|{block}", wrong_answers()),
        )

    def enter(self, walk: Walk) -> Outcome:
        """Find the row; on a full match note whose it is."""
        register = registers_of(walk.cabinet)[self.options.register_name]
        found = find(self.options.register_name, self._key(walk))
        if found is None or not all(self._fits(walk, register, found, name) for name in self.options.same):
            return Again(refusal=self.options.not_found)
        if holder_has_login(found.identifier.holder_id):
            return Refuse("taken", self.options.taken_words)
        walk.facts["identifier"] = found.identifier.pk
        walk.facts["holder"] = found.identifier.holder_id
        return Next()

    def _fits(self, walk: Walk, register: RegisterDefinition, found: Found, name: str) -> bool:
        kind = kind_of(walk.cabinet, name)
        answer = kind.match_key(walk.answers[name])
        column = register.columns[name].kind
        if column == "name":
            return answer == found.identifier.holder.name_key
        if column in {"phone", "email"}:
            return answer == found.contacts.get(column)
        return answer == kind.match_key(found.identifier.holder.facts.get(name, ""))
