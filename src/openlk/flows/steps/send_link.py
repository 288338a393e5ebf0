"""Sends a one-time link; the run goes on in whatever browser opens it and presses its button."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from openlk.flows.sending import (
    LETTER_VALUES,
    Channel,
    Post,
    Sends,
    To,
    about,
    confirm_address,
    note_proof,
)
from openlk.flows.step import Next, Outcome, Refusal, StepOptions, Submission, words
from openlk.flows.walk import Walk
from openlk.guard.challenges import issue_link

_NOWHERE = Refusal(
    title="Письмо некуда отправить",
    sentences=("Для этого кабинета не указан адрес, на который можно отправить ссылку.",),
    advice=("Позвоните в поддержку: {phone}.",),
)


class SendLinkOptions(StepOptions):
    """`to`: whose contact; `by`: channels in the order of preference; `vouched`: only one that somebody vouched for."""

    to: To
    by: Annotated[tuple[Channel, ...], Field(min_length=1)] = ("email",)
    vouched: bool = False
    minutes: Annotated[int, Field(ge=10, le=10080)] = 60
    letter: str = "confirm_link"
    title: str = words("Откройте письмо")
    lead: str = words("")
    step_title: str = words("Письмо со ссылкой")
    advice: tuple[str, ...] = words(())
    button: str = words("Отправить ещё раз")
    confirm_title: str = words("Подтвердите адрес")
    confirm_lead: str = words("Нажмите кнопку, чтобы продолжить.")
    nowhere: Refusal = words(_NOWHERE)


class SendLink(Sends):
    """Opening the link changes nothing, its button does: what looks into letters before people do uses nothing up."""

    Options: ClassVar[type[StepOptions]] = SendLinkOptions
    options: SendLinkOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES
    template: ClassVar[str] = "flows/letter.html"

    def secret(self, walk: Walk, post: Post, life: timedelta, *, keep_others: bool) -> Mapping[str, str]:
        """A link to the page with the button."""
        token = issue_link(walk.subject, life=life, about=about(post), keep_others=keep_others)
        return {"link": confirm_address(walk, token)}

    def prepare(self, walk: Walk, posted: Mapping[str, str]) -> Submission:
        """The page has one button: another letter."""
        del walk, posted
        return Submission()

    def submit(self, walk: Walk) -> Outcome:
        """Send another link; the one before ends."""
        return self.enter(walk)

    def followed(self, walk: Walk, about: Mapping[str, Any]) -> Outcome:
        """The link was confirmed: its contact is proved."""
        note_proof(walk, about)
        return Next()
