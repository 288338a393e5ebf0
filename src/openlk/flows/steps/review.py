"""Waits for an operator's decision; the person sees the state and by when."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from openlk.flows.sending import note_proof
from openlk.flows.step import Next, Outcome, Refusal, Step, StepOptions, Wait, words
from openlk.flows.walk import Walk

_REFUSED = Refusal(
    title="Заявка отклонена",
    sentences=("Оператор проверил заявку и не смог её одобрить.",),
    advice=("Чтобы узнать причину, позвоните в поддержку: {phone}.",),
)


class ReviewOptions(StepOptions):
    """`hours`: within what time the operator promises to decide; passing it closes nothing."""

    hours: Annotated[int, Field(ge=1, le=720)] = 72
    title: str = words("Заявка на проверке")
    sentences: tuple[str, ...] = words(("Мы проверяем Ваши данные. Ждать на этой странице не нужно.",))
    refused_words: Refusal = words(_REFUSED)


class Review(Step):
    """Approval gives a proof by the operator: what they checked is as good as a vouched contact's code."""

    Options: ClassVar[type[StepOptions]] = ReviewOptions
    options: ReviewOptions
    template: ClassVar[str] = "flows/review.html"

    @property
    def waits(self) -> bool:
        return True

    def gives(self) -> Sequence[str]:
        """A proof by the operator."""
        return ("proof",)

    def enter(self, walk: Walk) -> Outcome:
        """Stop until an operator decides."""
        del walk
        return Wait("operator", due_in=timedelta(hours=self.options.hours))

    def decided(self, walk: Walk) -> Outcome:
        """Approved: note the operator's word as a proof."""
        note_proof(walk, {"kind": "operator", "vouched": True})
        return Next()

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """The page's words; the deadline stands in the run."""
        del walk
        return {"title": self.options.title, "sentences": self.options.sentences}
