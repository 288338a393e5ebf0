"""Compares answers with the organisation's own register."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from openlk.flows.fields import kind_of
from openlk.flows.sending import LETTER_VALUES, letter_values
from openlk.flows.step import Again, Known, Next, Outcome, Refusal, Refuse, Step, StepOptions, words
from openlk.flows.walk import Walk
from openlk.guard.addresses import address_block
from openlk.guard.rules import Rule, tries_of_address, wrong_answers
from openlk.identity.contacts import reaches
from openlk.identity.queries import login_of_holder
from openlk.kit.sealed import digest
from openlk.messages.actions import queue
from openlk.register.definition import RegisterDefinition, registers_of
from openlk.register.models import Identifier
from openlk.register.queries import contacts_of, find_identifier

_NOT_FOUND = Refusal(
    title="Мы не нашли Вас в реестре",
    sentences=("Такой пары имени и номера в реестре организации нет.",),
    advice=("Проверьте написанное и попробуйте ещё раз.", "Если не получится, позвоните в поддержку: {phone}."),
)
_TAKEN = Refusal(
    title="Кабинет уже создан",
    sentences=("Личный кабинет с этим номером уже есть. Войдите в него или восстановите доступ.",),
)


class MatchOptions(StepOptions):
    """`find` names the answer that is the register's key; the answers named in `same` must fit the row found.

    `taken`: a person who has a login already is told so («say», after a full match only), or is told by `taken_letter`
    to where that login is reached («letter»), or may have another login («allow»).
    """

    register_name: Annotated[str, Field(alias="register")]
    find: str
    same: Annotated[tuple[str, ...], Field(min_length=1)]
    taken: Literal["say", "letter", "allow"] = "say"
    taken_letter: str = "already_registered"
    not_found: Refusal = words(_NOT_FOUND)
    taken_words: Refusal = words(_TAKEN)


class Match(Step):
    """One message for every mismatch: it never says which answer was wrong."""

    Options: ClassVar[type[StepOptions]] = MatchOptions
    options: MatchOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES - {"link", "life"}

    @property
    def letters(self) -> Mapping[str, Sequence[str]]:
        return {self.options.taken_letter: ("email", "sms")} if self.options.taken == "letter" else {}

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The register, its columns and the fields asked for before must exist."""
        if self.options.register_name not in known.registers:
            return [("register", self.options.register_name, list(known.registers))]
        if self.options.taken == "letter" and self.options.taken_letter not in known.letters:
            return [("taken_letter", self.options.taken_letter, known.letters)]
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
        """Find the row; on a full match note whose it is. In a silent flow a mismatch looks like a match."""
        register = registers_of(walk.cabinet)[self.options.register_name]
        found = find_identifier(self.options.register_name, self._key(walk))
        fits = found is not None and all(self._fits(walk, register, found, name) for name in self.options.same)
        if found is None or not fits:
            return self._nobody(walk, 0) if walk.silent else Again(refusal=self.options.not_found)
        login_id = login_of_holder(found.holder_id)
        if login_id and self.options.taken == "say":
            return Refuse("taken", self.options.taken_words)
        if login_id and self.options.taken == "letter":
            return self._nobody(walk, login_id)
        if walk.silent:
            self._write(walk, 0)
        walk.facts["identifier"] = found.pk
        walk.facts["holder"] = found.holder_id
        return Next()

    def _nobody(self, walk: Walk, login_id: int) -> Outcome:
        """Walk on as nobody; the owner of a login learns of the try by letter."""
        walk.facts["nobody"] = True
        self._write(walk, login_id)
        return Next()

    def _write(self, walk: Walk, login_id: int) -> None:
        """One message whoever it was, for show where there is nobody to tell: the work done gives nothing away."""
        reached = [*reaches(login_id, "email"), *reaches(login_id, "phone")]
        if not reached:
            queue("email", "nobody@nowhere.invalid", self.options.taken_letter, letter_values(walk), decoy=True)
            return
        channel = "email" if reached[0].kind == "email" else "sms"
        queue(channel, reached[0].value, self.options.taken_letter, letter_values(walk), key=f"taken:{walk.run_id}")

    def _fits(self, walk: Walk, register: RegisterDefinition, found: Identifier, name: str) -> bool:
        kind = kind_of(walk.cabinet, name)
        answer = kind.match_key(walk.answers[name])
        column = register.columns[name].kind
        if column == "name":
            return answer == found.holder.name_key
        if column in {"phone", "email"}:
            return answer == contacts_of(found.pk).get(column)
        return answer == kind.match_key(found.facts.get(name, ""))
