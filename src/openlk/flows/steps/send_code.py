"""Sends a one-time code by SMS or e-mail and asks for it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from openlk.cabinets.scoping import scope
from openlk.flows.sending import (
    LETTER_VALUES,
    Channel,
    Post,
    To,
    about,
    life_in_words,
    masked,
    note_proof,
    posts,
    send,
)
from openlk.flows.step import Again, FieldError, Known, Next, Outcome, Refusal, Step, StepOptions, Submission, words
from openlk.flows.walk import Walk
from openlk.guard.challenges import code_digits, code_wait, consume, fits, issue_code, take_attempt
from openlk.kit.dates import waiting_time

CODE = "code"
LONGEST_CODE = 20
ON_REQUEST_MINUTES = 10
_NOWHERE = Refusal(
    title="Код некуда отправить",
    sentences=("Для этого кабинета не указан контакт, на который можно отправить код.",),
    advice=("Позвоните в поддержку: {phone}.",),
)
WRONG = "Код не подошёл. Проверьте цифры в последнем сообщении и введите их ещё раз."
WAIT = "Слишком много попыток. Подождите {}, потом получите новый код."
NONE_LEFT = "Этот код больше не действует: прошло время или было много попыток. Получите новый код."


class SendCodeOptions(StepOptions):
    """`to`: whose contact; `by`: channels in the order of preference; `vouched`: only a contact somebody vouched for.

    A code lives `minutes` and has `digits`; where it follows an operator's decision, give it 1440 and 8.
    """

    to: To
    by: Annotated[tuple[Channel, ...], Field(min_length=1)] = ("sms",)
    vouched: bool = False
    minutes: Annotated[int, Field(ge=1, le=2880)] = ON_REQUEST_MINUTES
    digits: Annotated[int, Field(ge=6, le=8)] = 6
    letter: str = "confirm_code"
    title: str = words("Код подтверждения")
    lead: str = words("")
    step_title: str = words("Код подтверждения")
    advice: tuple[str, ...] = words(())
    button: str = words("Подтвердить")
    nowhere: Refusal = words(_NOWHERE)


class SendCode(Step):
    """The code is compared after an attempt was taken, and used up by whoever gives it first."""

    Options: ClassVar[type[StepOptions]] = SendCodeOptions
    options: SendCodeOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES - {"link"} | {CODE}
    template: ClassVar[str] = "flows/code.html"

    @property
    def letters(self) -> Mapping[str, Sequence[str]]:
        return {self.options.letter: self.options.by}

    @property
    def asks(self) -> bool:
        return True

    def gives(self) -> Sequence[str]:
        """That a contact was proved."""
        return ("proof",)

    def needs(self) -> Sequence[str]:
        """Whose login it is, or whose row of the register."""
        return {"login": ("login",), "register": ("identifier",), "given": ()}[self.options.to]

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The letter must exist."""
        return [] if self.options.letter in known.letters else [("letter", self.options.letter, known.letters)]

    def enter(self, walk: Walk) -> Outcome:
        """Send the code and wait for it."""
        found = posts(walk, self.options.to, self.options.by, vouched=self.options.vouched)
        life = timedelta(minutes=self.options.minutes)

        def make(post: Post, *, keep_others: bool) -> Mapping[str, str]:
            digits = code_digits(self.options.digits)
            code = issue_code(walk.subject, digits=digits, life=life, about=about(post), keep_others=keep_others)
            return {CODE: code}

        return send(walk, found, self.options.by[0], self.options.letter, life, make, self.options.nowhere)

    def prepare(self, walk: Walk, posted: Mapping[str, str]) -> Submission:
        """A code as it was typed, or the wish for another one."""
        del walk
        if posted.get("again"):
            return Submission(moment={"again": True})
        code = posted.get(CODE, "").strip()[:LONGEST_CODE]
        if not code:
            return Submission(errors=(FieldError(CODE, "Введите код из сообщения."),))
        return Submission(moment={CODE: code})

    def take(self, walk: Walk) -> None:
        """One attempt, whatever comes of it."""
        if CODE in walk.moment:
            walk.moment["taken"] = take_attempt(walk.subject)

    def submit(self, walk: Walk) -> Outcome:
        """Compare the code, or send another one."""
        if walk.moment.get("again"):
            return self.enter(walk)
        taken = walk.moment["taken"]
        if not taken:
            wait_seconds = code_wait(walk.subject)
            return Again((FieldError(CODE, WAIT.format(waiting_time(wait_seconds)) if wait_seconds else NONE_LEFT),))
        right = fits(taken, walk.moment[CODE])
        if right is None or right.about.get("decoy"):
            return Again((FieldError(CODE, WRONG),))
        if not consume(right):
            return Again((FieldError(CODE, NONE_LEFT),))
        note_proof(walk, right.about)
        return Next()

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Where the code went (never in a silent flow), how long it lives, and one field."""
        sent_to: list[str] = []
        if not walk.silent:
            with scope(walk.cabinet):
                sent_to = masked(posts(walk, self.options.to, self.options.by, vouched=self.options.vouched))
        return {
            "title": self.options.title,
            "lead": self.options.lead,
            "step_title": self.options.step_title,
            "advice": self.options.advice,
            "button": self.options.button,
            "sent_to": sent_to,
            "life": life_in_words(self.options.minutes),
        }
