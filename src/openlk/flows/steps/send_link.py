"""Sends a one-time link; the run goes on in whatever browser opens it and presses its button."""

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
    confirm_address,
    life_in_words,
    masked,
    note_proof,
    posts,
    send,
)
from openlk.flows.step import Known, Next, Outcome, Refusal, Step, StepOptions, Submission, words
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


class SendLink(Step):
    """Opening the link changes nothing, its button does: what looks into letters before people do uses nothing up."""

    Options: ClassVar[type[StepOptions]] = SendLinkOptions
    options: SendLinkOptions
    letter_values: ClassVar[frozenset[str]] = LETTER_VALUES
    template: ClassVar[str] = "flows/letter.html"

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
        """Send the link and wait for it."""
        found = posts(walk, self.options.to, self.options.by, vouched=self.options.vouched)
        life = timedelta(minutes=self.options.minutes)

        def make(post: Post, *, keep_others: bool) -> Mapping[str, str]:
            token = issue_link(walk.subject, life=life, about=about(post), keep_others=keep_others)
            return {"link": confirm_address(walk, token)}

        return send(walk, found, self.options.by[0], self.options.letter, life, make, self.options.nowhere)

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

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Where the letter went (never in a silent flow), and how long its link lives."""
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
