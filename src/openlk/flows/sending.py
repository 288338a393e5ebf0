"""Sends one-time secrets: to what was typed, to what the register holds, or to where a login is reached."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from openlk.cabinets.addressing import public_url
from openlk.cabinets.scoping import scope
from openlk.flows.contacts import contacts_in_use, registered_contacts
from openlk.flows.step import Again, FieldError, Known, Outcome, Refusal, Step, Wait
from openlk.flows.walk import Walk
from openlk.guard.sends import address_wait, may_send
from openlk.identity.contacts import MOST_REACHES, Reach, reaches
from openlk.kit import clock
from openlk.kit.dates import plural, waiting_time
from openlk.kit.kinds import KINDS
from openlk.kit.sealed import digest
from openlk.messages.actions import queue

To = Literal["given", "register", "login"]
Channel = Literal["sms", "email"]
CONTACT_OF: Mapping[str, str] = {"sms": "phone", "email": "email"}
# Nobody's address: as long as a real one, and nothing is ever sent to it.
_NOBODY = {"sms": "+70000000000", "email": "nobody@nowhere.invalid"}
LETTER_VALUES = frozenset({"cabinet", "organisation", "support_phone", "support_email", "link", "life"})


@dataclass(frozen=True)
class Post:
    """One message to be sent: where, and whether it is only for show (a silent flow's)."""

    channel: Channel
    reach: Reach
    decoy: bool = False


class Maker(Protocol):
    """Writes the one-time secret of a post and gives the letter its words; `keep_others`: older ones stay valid."""

    def __call__(self, post: Post, *, keep_others: bool) -> Mapping[str, str]: ...


def life_in_words(minutes: int) -> str:
    """«10 минут», «1 час», «24 часа»: how long a secret lives."""
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return f"{hours} {plural(hours, 'час', 'часа', 'часов')}"
    return waiting_time(minutes * 60)


def _of_kind(walk: Walk, to: To, kind: str) -> list[Reach]:
    if to == "login":
        return reaches(walk.facts.get("login", 0), kind)
    registered = registered_contacts(walk).get(kind)
    value = contacts_in_use(walk).get(kind) if to == "given" else registered
    return [Reach(kind, value, vouched=value == registered)] if value else []


def posts(walk: Walk, to: To, by: Sequence[Channel], *, vouched: bool) -> list[Post]:
    """Where a secret goes: by the first channel that has a place for it; call inside a scope."""
    for channel in by:
        found = [reach for reach in _of_kind(walk, to, CONTACT_OF[channel]) if reach.vouched or not vouched]
        if found:
            return [Post(channel, reach) for reach in found]
    return []


def _padded(walk: Walk, found: list[Post], channel: Channel) -> list[Post]:
    """In a silent flow always as many messages, so that nobody can tell by the work done who is known."""
    if not walk.silent:
        return found
    missing = MOST_REACHES - len(found)
    nobody = Post(channel, Reach(CONTACT_OF[channel], _NOBODY[channel], vouched=False), decoy=True)
    return found + [nobody] * missing


def letter_values(walk: Walk) -> dict[str, str]:
    """What every letter of a flow may name; nothing about the person, who has not proved anything yet."""
    profile = walk.cabinet.profile
    return {
        "cabinet": profile.name,
        "organisation": profile.organisation,
        "support_phone": profile.support_phone,
        "support_email": profile.support_email,
    }


def _counted_recipient(walk: Walk, post: Post, place: int) -> str:
    """Whose cap a message counts against: for show it is what was asked for, so that both end at the same number.

    `place`: of the message among those sent together; two for show touch as many rows as two that are not.
    """
    if not post.decoy:
        return post.reach.value
    asked = "|".join(str(walk.answers.get(name, "")) for name in sorted(walk.fields))
    return f"nobody:{digest(f'{place}|{asked}')[:32]}"


def send(
    walk: Walk,
    found: list[Post],
    usual: Channel,
    letter: str,
    life: timedelta,
    make: Maker,
    nowhere: Refusal,
) -> Outcome:
    """Queue a secret for every post and wait for the person; `usual`: the channel where there is nobody to reach.

    Where there is nobody to send to, or a cap is reached, the person is told; in a silent flow the same is done for
    show, and the same page follows.
    """
    if not found and not walk.silent:
        return Again(refusal=nowhere)
    channel = found[0].channel if found else usual
    wait_seconds = address_wait(channel, walk.visitor.address)
    if wait_seconds:
        # A network's cap is the same for whomever it asks about: this may be said in a silent flow too.
        return Again((too_soon(wait_seconds),))
    for place, post in enumerate(_padded(walk, found, channel)):
        wait_seconds = may_send(post.channel, _counted_recipient(walk, post, place), walk.visitor.address)
        if wait_seconds and not walk.silent:
            return Again((too_soon(wait_seconds),))
        decoy = post.decoy or bool(wait_seconds)
        secrets = make(post, keep_others=place > 0)
        queue(
            post.channel,
            post.reach.value,
            letter,
            {**letter_values(walk), "life": life_in_words(int(life.total_seconds() // 60))},
            secrets=secrets,
            expires_at=clock.wall() + life,
            decoy=decoy,
        )
    return Wait("person")


class Sends(Step):
    """What the steps that send a one-time secret have in common; their options name `to`, `by`, `minutes`, `letter`."""

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
        needed: Sequence[str] = {"login": ("login",), "register": ("identifier",), "given": ()}[self.options.to]
        return needed

    def dangling(self, known: Known) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The letter must exist."""
        return [] if self.options.letter in known.letters else [("letter", self.options.letter, known.letters)]

    @abstractmethod
    def secret(self, walk: Walk, post: Post, life: timedelta, *, keep_others: bool) -> Mapping[str, str]:
        """Write the one-time secret of a post, and what its letter says of it."""

    def enter(self, walk: Walk) -> Outcome:
        """Send the secret and wait for it."""
        options, life = self.options, timedelta(minutes=self.options.minutes)

        def make(post: Post, *, keep_others: bool) -> Mapping[str, str]:
            return self.secret(walk, post, life, keep_others=keep_others)

        found = posts(walk, options.to, options.by, vouched=options.vouched)
        return send(walk, found, options.by[0], options.letter, life, make, options.nowhere)

    def screen(self, walk: Walk) -> Mapping[str, Any]:
        """Where the message went (never in a silent flow), how long its secret lives, and the page's words."""
        options = self.options
        sent_to: list[str] = []
        if not walk.silent:
            with scope(walk.cabinet):
                sent_to = masked(posts(walk, options.to, options.by, vouched=options.vouched))
        words = {name: getattr(options, name) for name in ("title", "lead", "step_title", "advice", "button")}
        return {**words, "sent_to": sent_to, "life": life_in_words(options.minutes)}


def too_soon(seconds: int) -> FieldError:
    """What a person reads who asks for one message too many."""
    return FieldError(None, f"Мы уже отправили несколько сообщений. Попросите ещё раз через {waiting_time(seconds)}.")


def masked(found: Sequence[Post]) -> list[str]:
    """The places as their owner recognises them; never shown in a silent flow."""
    return [KINDS[post.reach.kind].mask(post.reach.value) for post in found]


def note_proof(walk: Walk, about: Mapping[str, Any]) -> None:
    """Keep what was proved and when: ids and digests only."""
    walk.facts["proofs"] = [*walk.facts.get("proofs", ()), {**about, "at": clock.wall().isoformat()}]


def proved_at(walk: Walk) -> datetime | None:
    """When something was last proved in this run."""
    moments = [proof["at"] for proof in walk.facts.get("proofs", ())]
    return datetime.fromisoformat(max(moments)) if moments else None


def about(post: Post) -> dict[str, Any]:
    """What a one-time secret stands for, in words that hold no contact."""
    said = {"kind": post.reach.kind, "vouched": post.reach.vouched, "value": digest(post.reach.value)}
    return {**said, "decoy": True} if post.decoy else said


def proved_vouched(walk: Walk) -> bool:
    """Whether a vouched contact, or an operator, has been proved in this run."""
    return any(proof.get("vouched") for proof in walk.facts.get("proofs", ()))


def proved_value(walk: Walk, value: str) -> bool:
    """Whether this very phone or e-mail has been proved in this run."""
    return any(proof.get("value") == digest(value) for proof in walk.facts.get("proofs", ()))


def confirm_address(walk: Walk, token: str) -> str:
    """The address of the page where a link of a letter is confirmed."""
    return public_url(walk.cabinet, "confirm", token=token)
