"""What a step of a flow must give, and what it may answer."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from openlk.cabinets.part import Part
from openlk.flows.walk import Walk
from openlk.guard.rules import Rule

WaitingFor = Literal["person", "operator", "message", "job"]

# Marks an option as words: shown to people, free to change under a run, not a part of the frozen version.
WORDS = "words"

# As much of what was typed into a field comes back with its error.
MAX_TYPED = 500


class StepOptions(Part):
    """The options of a step, as written in cabinet.toml next to `use`."""

    @classmethod
    def words(cls) -> frozenset[str]:
        """The names of the options that are words."""
        return frozenset(name for name, info in cls.model_fields.items() if WORDS in info.metadata)


class Refusal(Part):
    """Words for a refusal: a title, sentences, and numbered advice; {phone} stands for the support phone."""

    title: str
    sentences: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldError:
    """What is wrong: with one field (its name), or with the screen as a whole (None)."""

    field: str | None
    message: str


@dataclass(frozen=True)
class Next:
    """Go on to the next step."""


@dataclass(frozen=True)
class Wait:
    """Stop here until somebody acts. `due_in`: within what time an operator promises to."""

    waiting_for: WaitingFor
    due_in: timedelta | None = None


@dataclass(frozen=True)
class Again:
    """Back to the screen that collected the input, with its answers; everything else of this try is undone."""

    errors: Sequence[FieldError] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Refuse:
    """The run ends here; `reason` is a word for the record, `refusal` what the person reads."""

    reason: str
    refusal: Refusal


Outcome = Next | Wait | Again | Refuse


@dataclass(frozen=True)
class Submission:
    """What a person sent, checked as far as that needs no transaction; a password is a hash by now.

    `answers` are kept even when there are errors: nothing right has to be typed twice. `hashed` says that a good
    password is among them, which cannot be shown again in the form and so must be kept by a run. `moment` is for this
    one transition and is stored nowhere: a code as it was typed, a wish to get another one.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    hashed: bool = False
    moment: Mapping[str, Any] = field(default_factory=dict)


class Step(ABC):
    """A step of a flow; the module's name is what `use` names. Methods run inside the run's transaction:
    no hashing, HTTP, rendering or file reading there; `prepare` and `screen` run outside of it.
    """

    Options: ClassVar[type[StepOptions]] = StepOptions
    # The placeholders this step can fill in its letter.
    letter_values: ClassVar[frozenset[str]] = frozenset()
    # The page that shows this step where it waits.
    template: ClassVar[str] = "flows/screen.html"
    # It writes to logins: in a silent flow only who has proved a contact may get as far.
    writes: ClassVar[bool] = False
    # What it writes needs a proof of who is acting that is at most ten minutes old.
    sensitive: ClassVar[bool] = False

    def __init__(self, options: Any) -> None:
        self.options = options

    @property
    def letters(self) -> Mapping[str, Sequence[str]]:
        """The letters this step sends, each with the channels it may go by."""
        letter = getattr(self.options, "letter", "")
        return {letter: ("email",)} if letter else {}

    @property
    def asks(self) -> bool:
        """Whether the step shows a screen that collects answers."""
        return False

    @property
    def waits(self) -> bool:
        """Whether the run stops here until the person acts."""
        return self.asks

    def needs(self) -> Sequence[str]:
        """What earlier steps must have given: names of fields, «password», «identifier», «login», «proof»."""
        return ()

    def gives(self) -> Sequence[str]:
        """What later steps may count on."""
        return ()

    def prepare(self, walk: Walk, posted: Mapping[str, str]) -> Submission:
        """Check what was sent from this step's screen."""
        del walk, posted
        return Submission()

    def attempts(self, walk: Walk) -> Sequence[tuple[str, Rule]]:
        """What a try of this step costs; spent before the step runs, and kept when it fails."""
        del walk
        return ()

    def take(self, walk: Walk) -> None:
        """Count what must stay counted even when this try fails (a one-time secret's attempts), before comparing."""
        del walk

    def enter(self, walk: Walk) -> Outcome:
        """The run arrives here."""
        del walk
        return Next()

    def submit(self, walk: Walk) -> Outcome:
        """The person acted on this step's screen; the answers are in the walk already."""
        del walk
        return Next()

    def followed(self, walk: Walk, about: Mapping[str, Any]) -> Outcome:
        """Somebody opened the link that this step had sent, and pressed its button; `about` is what it stood for."""
        del walk, about
        return Next()

    def decided(self, walk: Walk) -> Outcome:
        """An operator approved what waited here."""
        del walk
        return Next()

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """The context of this step's page."""
        del walk
        return {}

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """References that lead nowhere: (option, wrong name, the right names)."""
        del known
        return ()


@dataclass(frozen=True)
class Known:
    """The names a step's options may refer to; `kinds`: field → the key of its kind; `login_kind`: that of a login."""

    fields: Sequence[str]
    kinds: Mapping[str, str]
    login_kind: str
    registers: Mapping[str, Sequence[str]]
    documents: Sequence[str]
    letters: Sequence[str]


def words(default: Any = ...) -> Any:
    """A Pydantic field that holds words (see WORDS)."""
    info = Field(default=default)
    info.metadata.append(WORDS)
    return info
