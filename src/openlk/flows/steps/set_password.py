"""A new password for a login: after recovery, or in the settings of who is signed in."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from openlk.cabinets.scoping import scope
from openlk.flows.sending import LETTER_VALUES, letter_values, proved_at, proved_vouched
from openlk.flows.step import (
    FieldError,
    Known,
    Next,
    Outcome,
    Refusal,
    Refuse,
    Step,
    StepOptions,
    Submission,
    Wait,
    words,
)
from openlk.flows.walk import Walk
from openlk.identity.contacts import Reach, reaches
from openlk.identity.definition import password_rule
from openlk.identity.models import Login
from openlk.identity.passwords import NOT_THE_SAME, check_new_password, hash_password
from openlk.identity.recovery import change_password, recover
from openlk.kit import clock
from openlk.kit.kinds import Invalid
from openlk.messages.actions import queue

HASH = "password_hash"
CHANNEL_OF = {"email": "email", "phone": "sms"}
# After a contact was proved; who is signed in has a proof of their own (walk.PROOF_LIFE).
RECOVERY_PROOF_LIFE = timedelta(hours=1)
_TOO_LATE = Refusal(
    title="Начните восстановление заново",
    sentences=("Прошло больше часа, или пароль за это время уже изменили. Прежняя ссылка и код больше не действуют.",),
)


class SetPasswordOptions(StepOptions):
    """`letter` tells every contact that the password was changed."""

    letter: str = "password_changed"
    title: str = words("Новый пароль")
    lead: str = words("")
    step_title: str = words("Новый пароль")
    advice: tuple[str, ...] = words(())
    button: str = words("Сохранить")
    too_late_words: Refusal = words(_TOO_LATE)


class SetPassword(Step):
    """The password becomes a hash before the transaction, and is written with the end of all other sessions."""

    Options: ClassVar[type[StepOptions]] = SetPasswordOptions
    options: SetPasswordOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES - {"link", "life"}
    writes: ClassVar[bool] = True
    sensitive: ClassVar[bool] = True

    @property
    def letters(self) -> Mapping[str, Sequence[str]]:
        return {self.options.letter: ("email", "sms")}

    @property
    def asks(self) -> bool:
        return True

    def needs(self) -> Sequence[str]:
        return ("login",)

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The letter must exist."""
        return [] if self.options.letter in known.letters else [("letter", self.options.letter, known.letters)]

    def enter(self, walk: Walk) -> Outcome:
        del walk
        return Wait("person")

    def prepare(self, walk: Walk, posted: Mapping[str, str]) -> Submission:
        """Check the password and hash it."""
        password, again = posted.get("password", ""), posted.get("password_again", "")
        try:
            check_new_password(walk.cabinet, password, self._personal(walk))
        except Invalid as error:
            return Submission(errors=(FieldError("password", str(error)),))
        if password != again:
            return Submission(errors=(FieldError("password_again", NOT_THE_SAME),))
        return Submission(moment={HASH: hash_password(password)})

    def _personal(self, walk: Walk) -> list[str]:
        typed = [str(value) for name, value in walk.answers.items() if name in walk.fields and value]
        with scope(walk.cabinet):
            names = Login.objects.filter(pk=walk.facts.get("login", 0)).values_list("name", flat=True)
            return [*typed, *names]

    def submit(self, walk: Walk) -> Outcome:
        """Write the password and tell every contact, those too that are about to be dropped."""
        login: Login | None = Login.objects.select_for_update().filter(pk=walk.facts.get("login", 0)).first()
        if walk.nobody or login is None:
            return Refuse("too_late", self.options.too_late_words)
        told = [reach for kind in CHANNEL_OF for reach in reaches(login.pk, kind)]
        if walk.visitor.session_id is not None and walk.visitor.login_id == login.pk and not walk.facts.get("proofs"):
            change_password(login.pk, walk.moment[HASH], walk.visitor.session_id)
        elif self._proved_in_time(walk, login):
            recover(login.pk, walk.moment[HASH], vouched=proved_vouched(walk))
        else:
            return Refuse("too_late", self.options.too_late_words)
        self._tell(walk, told)
        return Next()

    def _proved_in_time(self, walk: Walk, login: Login) -> bool:
        """Who proved a contact and then waited is too late, and so is everybody once somebody else recovered."""
        moment = proved_at(walk)
        if moment is None or clock.wall() - moment > RECOVERY_PROOF_LIFE:
            return False
        return moment > login.password_changed_at

    def _tell(self, walk: Walk, told: Sequence[Reach]) -> None:
        for reach in told:
            channel = CHANNEL_OF[reach.kind]
            key = f"{self.options.letter}:{walk.run_id}:{channel}:{walk.position}:{told.index(reach)}"
            queue(channel, reach.value, self.options.letter, letter_values(walk), key=key)

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Two fields for the password."""
        with scope(walk.cabinet):
            name = Login.objects.filter(pk=walk.facts.get("login", 0)).values_list("name", flat=True).first()
        return {
            "title": self.options.title,
            "lead": self.options.lead,
            "step_title": self.options.step_title,
            "advice": self.options.advice,
            "button": self.options.button,
            "fields": [],
            "consents": [],
            "consent_by_button": None,
            # For the browser's password manager: without it, it would keep the new password without a name.
            "password": {"username": name or "", "accepted": False, "rule": password_rule(walk.cabinet)},
        }
