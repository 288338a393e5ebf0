"""Asks for fields, consents and a password on one screen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from django.urls import reverse
from pydantic import Field

from openlk.cabinets.scoping import scope
from openlk.content.definition import documents_of
from openlk.content.documents import remembered_document
from openlk.flows.contacts import CONTACT_KINDS, KEPT, registered_contacts
from openlk.flows.fields import kind_of
from openlk.flows.step import MAX_TYPED, FieldError, Known, Next, Outcome, Step, StepOptions, Submission, Wait, words
from openlk.flows.walk import Walk
from openlk.identity.definition import login_definition, password_rule
from openlk.identity.passwords import NOT_THE_SAME, check_new_password, hash_password
from openlk.kit import clock
from openlk.kit.kinds import Invalid

PASSWORD_HASH = "password_hash"  # noqa: S105 -- the name of an answer
CONSENTS = "consents"


class AskOptions(StepOptions):
    """One screen. `contacts`: how contacts of the register are shown; `consent_by`: a box to tick, or the button."""

    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    consents: tuple[str, ...] = ()
    consent_by: Literal["box", "button"] = "box"
    contacts: Literal["masked", "plain"] = "masked"
    password: Literal["choose"] | None = None
    title: str = words()
    lead: str = words("")
    step_title: str = words("")
    advice: tuple[str, ...] = words(())
    button: str = words("Продолжить")


def _known_contacts(walk: Walk) -> dict[str, str]:
    if "identifier" not in walk.facts:
        return {}
    with scope(walk.cabinet):
        return registered_contacts(walk)


class Ask(Step):
    """A screen of the flow."""

    Options: ClassVar[type[StepOptions]] = AskOptions
    options: AskOptions

    @property
    def asks(self) -> bool:
        return True

    def gives(self) -> Sequence[str]:
        """The fields asked for, and the password."""
        return (*self.options.fields, *(("password",) if self.options.password else ()))

    def enter(self, walk: Walk) -> Outcome:
        del walk
        return Wait("person")

    def submit(self, walk: Walk) -> Outcome:
        del walk
        return Next()

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """Fields must be defined; consents must be documents."""
        fields = [("fields", name, known.fields) for name in self.options.fields if name not in known.fields]
        consents = [
            ("consents", name, known.documents) for name in self.options.consents if name not in known.documents
        ]
        return fields + consents

    def prepare(self, walk: Walk, posted: Mapping[str, str]) -> Submission:
        """Check the fields, the consents and the password; a good password becomes a hash here."""
        registered = _known_contacts(walk)
        answers: dict[str, Any] = {}
        errors: list[FieldError] = []
        for name in self.options.fields:
            text = posted.get(name, "").strip()
            own = registered.get(kind_of(walk.cabinet, name).key)
            try:
                answers[name] = self._answer(walk, name, text, own)
            except Invalid as error:
                errors.append(FieldError(name, str(error)))
                answers[f"typed:{name}"] = text[:MAX_TYPED]
            else:
                answers[f"typed:{name}"] = ""
        errors += self._consents(walk, posted, answers)
        if self.options.password == "choose":  # noqa: S105 -- an option's value
            errors += self._password(walk, posted, answers)
        return Submission(answers, errors, hashed=PASSWORD_HASH in answers)

    def _answer(self, walk: Walk, name: str, text: str, registered: str | None) -> str:
        """The checked answer; a masked contact left untouched keeps the register's value."""
        if not text and registered and self.options.contacts == "masked":
            return KEPT
        kind = kind_of(walk.cabinet, name)
        answer = kind.parse(text, walk.fields[name].label)
        if kind.key == "region" and answer not in walk.cabinet.profile.regions:
            raise Invalid("Выберите регион из списка.")
        return answer

    def _consents(self, walk: Walk, posted: Mapping[str, str], answers: dict[str, Any]) -> Iterator[FieldError]:
        by_button = self.options.consent_by == "button"
        given = []
        for name in self.options.consents:
            ticked = bool(posted.get(f"consent_{name}"))
            if not ticked and not by_button:
                link = documents_of(walk.cabinet)[name].consent_link
                yield FieldError(f"consent_{name}", f"Поставьте отметку: {link}. Без неё мы не можем продолжить.")
                continue
            document = remembered_document.of(walk.cabinet, name)
            if document is None:
                raise LookupError(f"document {name} is not published: run openlk migrate")
            if posted.get(f"shown_{name}", document.version) != document.version:
                link = documents_of(walk.cabinet)[name].consent_link
                yield FieldError(f"consent_{name}", f"Документ обновился: {link}. Прочитайте его и отметьте ещё раз.")
                continue
            given.append(
                {
                    "document": name,
                    "version": document.version,
                    "text_sha256": document.text_sha256,
                    "given_at": clock.wall().isoformat(),
                    "channel": "button" if by_button else "box",
                    "address": walk.visitor.address,
                }
            )
        if self.options.consents:
            answers[CONSENTS] = given

    def _password(self, walk: Walk, posted: Mapping[str, str], answers: dict[str, Any]) -> Iterator[FieldError]:
        password, again = posted.get("password", ""), posted.get("password_again", "")
        if not password and not again and walk.answers.get(PASSWORD_HASH):
            return
        personal = [str(value) for name, value in {**walk.answers, **answers}.items() if name in walk.fields and value]
        try:
            check_new_password(walk.cabinet, password, personal)
        except Invalid as error:
            yield FieldError("password", str(error))
            return
        if password != again:
            yield FieldError("password_again", NOT_THE_SAME)
        else:
            answers[PASSWORD_HASH] = hash_password(password)

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Everything the page shows but the errors."""
        registered = _known_contacts(walk)
        by_button = self.options.consent_by == "button"
        consents = [self._consent_box(walk, name) for name in self.options.consents]
        return {
            "title": self.options.title,
            "lead": self.options.lead,
            "step_title": self.options.step_title,
            "advice": self.options.advice,
            "button": self.options.button,
            "fields": [self._field(walk, name, registered) for name in self.options.fields],
            "consents": [] if by_button else consents,
            "consent_by_button": consents if by_button else None,
            "password": self._password_part(walk) if self.options.password else None,
        }

    def _field(self, walk: Walk, name: str, registered: Mapping[str, str]) -> dict[str, Any]:
        kind = kind_of(walk.cabinet, name)
        definition = walk.fields[name]
        own = registered.get(kind.key) if kind.key in CONTACT_KINDS else None
        answer, typed = walk.answers.get(name, ""), walk.answers.get(f"typed:{name}", "")
        value, masked = typed or (kind.show(answer) if answer else ""), None
        if own and self.options.contacts == "masked":
            # A mask is never a field's value; what the person typed instead of the register's is their own and shown.
            masked = kind.mask(own)
            value = typed or (kind.show(answer) if answer else "")
        elif own and not value:
            value = kind.show(own)
        return {
            "name": name,
            "label": definition.label,
            "hint": definition.hint,
            "value": value,
            "input_type": kind.input_type,
            "inputmode": kind.inputmode,
            "autocomplete": definition.autocomplete or kind.autocomplete,
            "required": masked is None,
            "help_title": definition.help_title,
            "help": definition.help,
            "masked": masked,
            "options": walk.cabinet.profile.regions if kind.key == "region" else (),
            "width": "num" if kind.key == "identifier" else "",
        }

    def _consent_box(self, walk: Walk, name: str) -> dict[str, Any]:
        words_of = documents_of(walk.cabinet)[name]
        document = remembered_document.of(walk.cabinet, name)
        version = document.version if document else ""
        given = {(each["document"], each["version"]) for each in walk.answers.get(CONSENTS, ())}
        return {
            "shown": f"shown_{name}",
            "version": version,
            "name": f"consent_{name}",
            "label_before": words_of.consent_before,
            "link_text": words_of.consent_link,
            "href": reverse("document", kwargs={"name": name}),
            "checked": (name, version) in given,
        }

    def _password_part(self, walk: Walk) -> dict[str, Any]:
        login = login_definition(walk.cabinet)
        answered = [name for name in walk.fields if walk.answers.get(name)]
        names = [name for name in answered if kind_of(walk.cabinet, name).key == login.kind]
        return {
            # For the browser's password manager: without it, it would keep the e-mail as the login.
            "username": walk.answers[names[0]] if names else "",
            "accepted": bool(walk.answers.get(PASSWORD_HASH)),
            "rule": password_rule(walk.cabinet),
        }
