"""Writes the login: the only place where one begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from openlk.cabinets.addressing import public_url
from openlk.flows.contacts import contacts_in_use, registered_contacts
from openlk.flows.fields import kind_of
from openlk.flows.models import Run
from openlk.flows.queries import others_of
from openlk.flows.step import Again, Known, Next, Outcome, Refusal, Refuse, Step, StepOptions, words
from openlk.flows.steps.ask import CONSENTS, PASSWORD_HASH
from openlk.flows.walk import Walk
from openlk.identity.actions import GivenConsent, GivenContact, LoginTaken, create_login
from openlk.identity.queries import login_of_holder
from openlk.kit.names import given_names
from openlk.ledger.actions import open_member_accounts
from openlk.messages.actions import queue
from openlk.register.models import Identifier

_TAKEN = Refusal(
    title="Кабинет уже создан",
    sentences=("Личный кабинет с этим номером уже есть. Войдите в него.",),
)

_ENDED = Refusal(
    title="Данные в реестре изменились",
    sentences=("Пока Вы регистрировались, Ваш номер исключили из реестра.",),
    advice=("Если это ошибка, позвоните в поддержку: {phone}.",),
)


class CreateLoginOptions(StepOptions):
    """`login` names the answer a person logs in with; `letter` confirms, to the e-mail now in use."""

    login: str
    letter: str
    level: Literal["simple", "full"] = "full"
    taken_words: Refusal = words(_TAKEN)


class CreateLogin(Step):
    """Login, link, contacts, consents, ledger accounts and the letter, in one transaction."""

    Options: ClassVar[type[StepOptions]] = CreateLoginOptions
    options: CreateLoginOptions
    writes: ClassVar[bool] = True
    letter_values: ClassVar[frozenset[str]] = frozenset(
        {"given_names", "organisation", "cabinet", "login", "link", "support_phone", "support_email"}
    )

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The login must be a field of the kind that people log in with, the letter a document."""
        missing: list[tuple[str, str, Sequence[str]]] = []
        right = [name for name in known.fields if known.kinds.get(name) == known.login_kind]
        if self.options.login not in right:
            missing.append(("login", self.options.login, right))
        if self.options.letter not in known.letters:
            missing.append(("letter", self.options.letter, known.letters))
        return missing

    def needs(self) -> Sequence[str]:
        """A person of the register, what they log in with, and a password."""
        return ("identifier", self.options.login, "password")

    def enter(self, walk: Walk) -> Outcome:
        """Two runs of one person may arrive together: the holder's lock lets one through, the other is told."""
        if walk.nobody:
            return Refuse("taken", self.options.taken_words)
        rows = Identifier.objects.select_related("holder").select_for_update(of=("holder",))
        identifier = rows.get(pk=walk.facts["identifier"])
        holder = identifier.holder
        if login_of_holder(holder.pk):
            return Refuse("taken", self.options.taken_words)
        if identifier.ended_at is not None:
            return Again(refusal=_ENDED)
        name = kind_of(walk.cabinet, self.options.login).match_key(walk.answers[self.options.login])
        contacts = self._contacts(walk, identifier)
        try:
            login = create_login(
                name,
                walk.answers[PASSWORD_HASH],
                identifier,
                self.options.level,
                contacts,
                [self._consent(each) for each in walk.answers.get(CONSENTS, ())],
            )
        except LoginTaken:
            return Refuse("taken", self.options.taken_words)
        open_member_accounts(holder)
        walk.facts["login"] = login.pk
        self._supersede_others(walk, identifier)
        self._confirm(walk, holder.full_name, name, contacts)
        return Next()

    def _contacts(self, walk: Walk, identifier: Identifier) -> list[GivenContact]:
        """The contacts now in use; vouched for when the register itself holds them."""
        registered = registered_contacts(walk)
        return [
            GivenContact(kind, value, "register", identifier.imported_at)
            if registered.get(kind) == value
            else GivenContact(kind, value, "person", None)
            for kind, value in contacts_in_use(walk, registered).items()
        ]

    def _consent(self, given: dict[str, str]) -> GivenConsent:
        words = {name: value for name, value in given.items() if name != "given_at"}
        return GivenConsent(given_at=datetime.fromisoformat(given["given_at"]), **words)

    def _supersede_others(self, walk: Walk, identifier: Identifier) -> None:
        """Close the person's other open runs; one that is being walked this moment meets the unique login itself."""
        others = others_of(identifier.holder_id, walk.run_id)
        Run.objects.filter(pk__in=others).update(state="superseded", answers=b"")

    def _confirm(self, walk: Walk, full_name: str, name: str, contacts: Sequence[GivenContact]) -> None:
        profile = walk.cabinet.profile
        values = {
            "given_names": given_names(full_name),
            "organisation": profile.organisation,
            "cabinet": profile.name,
            "login": name,
            "link": public_url(walk.cabinet, "login"),
            "support_phone": profile.support_phone,
            "support_email": profile.support_email,
        }
        for contact in contacts:
            if contact.kind == "email":
                queue("email", contact.value, self.options.letter, values)
