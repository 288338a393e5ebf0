"""Sends a one-time code by SMS or e-mail and asks for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from openlk.flows.sending import (
    LETTER_VALUES,
    Channel,
    Post,
    Sends,
    To,
    about,
    note_proof,
)
from openlk.flows.step import Again, FieldError, Next, Outcome, Refusal, StepOptions, Submission, words
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


class SendCode(Sends):
    """The code is compared after an attempt was taken, and used up by whoever gives it first."""

    Options: ClassVar[type[StepOptions]] = SendCodeOptions
    options: SendCodeOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES - {"link"} | {CODE}
    template: ClassVar[str] = "flows/code.html"

    def secret(self, walk: Walk, post: Post, life: timedelta, *, keep_others: bool) -> Mapping[str, str]:
        """A code, digits only."""
        digits = code_digits(self.options.digits)
        code = issue_code(walk.subject, digits=digits, life=life, about=about(post), keep_others=keep_others)
        return {CODE: code}

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
