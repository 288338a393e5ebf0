"""One-time codes and links: sent to somebody, compared a few times at most, used once."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.guard.actions import refund, seconds_to_wait, spend
from openlk.guard.addresses import address_block
from openlk.guard.models import Challenge
from openlk.guard.rules import code_tries, link_tries
from openlk.guard.tallies import count_miss, take_miss_back, too_many_misses
from openlk.kit import clock
from openlk.kit.sealed import digest, new_token, sign, unsign

CODE_TRIES = 5
CAREFUL_DIGITS = 8
_PURPOSE = "guard.code"
_SWEEP_BATCH = 2000
_KEPT = timedelta(days=2)
_DROPPED = str.maketrans("", "", " \u00a0\u2009\u202f\t-‐‑‒–—")

_TAKE = """
UPDATE guard_challenge SET attempts_left = attempts_left - 1
WHERE cabinet = %s AND subject = %s AND purpose = 'code'
    AND used_at IS NULL AND expires_at > %s AND attempts_left > 0
RETURNING id, salt, digest, about
"""


@dataclass(frozen=True)
class Taken:
    """A code that one attempt was taken from, and which may now be compared."""

    challenge_id: int
    subject: str
    about: Mapping[str, object]
    salt: str
    digest: str


@dataclass(frozen=True)
class Link:
    """A link that can still be used: whose, what its sender noted, until when."""

    subject: str
    about: Mapping[str, object]
    expires_at: datetime


def code_digits(usual: int) -> int:
    """How many digits a new code has: 8 while the cabinet or the whole installation sees too many wrong ones."""
    return max(usual, CAREFUL_DIGITS) if too_many_misses("codes") else usual


def _code_body(salt: str, code: str) -> tuple[str, str]:
    body, _, signature = sign(f"{salt}:{code}", _PURPOSE).partition(".")
    return body, signature


def issue_code(
    subject: str,
    *,
    digits: int,
    life: timedelta,
    about: Mapping[str, object] | None = None,
    keep_others: bool = False,
    tries: int = CODE_TRIES,
) -> str:
    """Write a challenge in the caller's transaction and return its code, which is stored nowhere.

    Older codes and links of the subject end, unless `keep_others`. A new code brings no new attempts beyond the
    subject's own (rules.code_tries): whoever asks for many may still compare no more.
    """
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    salt = new_token(16)
    _, signature = _code_body(salt, code)
    _write(subject, "code", salt, signature, life, about, tries, keep_others=keep_others)
    return code


def issue_link(
    subject: str, *, life: timedelta, about: Mapping[str, object] | None = None, keep_others: bool = False
) -> str:
    """Write a challenge in the caller's transaction and return its url-safe token (32 bytes), stored nowhere.

    Older codes and links of the subject end, unless `keep_others`.
    """
    token = new_token()
    _write(subject, "link", "", digest(token), life, about, 1, keep_others=keep_others)
    return token


def _write(
    subject: str,
    purpose: str,
    salt: str,
    digest_: str,
    life: timedelta,
    about: Mapping[str, object] | None,
    tries: int,
    *,
    keep_others: bool,
) -> None:
    if not keep_others:
        spoil(subject)
    now = clock.wall()
    Challenge(
        subject=subject,
        purpose=purpose,
        salt=salt,
        digest=digest_,
        about=dict(about or {}),
        attempts_left=tries,
        created_at=now,
        expires_at=now + life,
    ).save(force_insert=True)


def code_wait(subject: str) -> int:
    """How many seconds the subject has to wait before its next attempt; 0 when it may try."""
    return seconds_to_wait(f"code:{subject}")


def take_attempt(subject: str) -> list[Taken]:
    """Take one attempt from the subject's living codes, before anything is compared; [] when nothing may be.

    Call it in the outer transaction, as the last thing that is counted there, and `consume` inside the savepoint: a
    refusal then undoes the consumption and never the attempt. It counts the subject's own budget over all its codes
    (also while it has none: silence must cost the same), and one miss of the cabinet, which `consume` takes back.
    """
    if spend([(f"code:{subject}", code_tries())]):
        return []
    count_miss("codes")
    now = connection.ops.adapt_datetimefield_value(clock.wall())
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [scoped_slug(), subject, now])
        rows = cursor.fetchall()
    return [Taken(key, subject, json.loads(about), salt, kept) for key, salt, kept, about in rows]


def fits(taken: Sequence[Taken], code: str) -> Taken | None:
    """The challenge whose code was typed, whatever spaces and dashes stand in it; compared in constant time."""
    typed = code.translate(_DROPPED)
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 16):
        return None
    found = None
    for each in taken:
        body, _ = _code_body(each.salt, typed)
        if unsign(f"{body}.{each.digest}", _PURPOSE) is not None:
            found = each
    return found


def consume(taken: Taken) -> bool:
    """Use a code up: of any number of callers exactly one hears True. Ends the subject's other challenges.

    Gives the subject its attempts back, since whoever knew the code was no guesser.
    """
    used = Challenge.objects.filter(pk=taken.challenge_id, used_at=None).update(used_at=clock.wall())
    if not used:
        return False
    spoil(taken.subject)
    refund(f"code:{taken.subject}")
    take_miss_back("codes")
    return True


def link_wait(address: str) -> int:
    """How many seconds this network has to wait before its next link is looked at; 0 when it may go on."""
    return seconds_to_wait(f"link:{address_block(address)}")


def _living_link(token: str) -> Challenge | None:
    return Challenge.objects.filter(
        digest=digest(token), purpose="link", used_at=None, expires_at__gt=clock.wall()
    ).first()


def _found_link(token: str, address: str) -> Challenge | None:
    """Guesses of one network are counted before they are looked at; a right one is given back."""
    network = f"link:{address_block(address)}"
    if spend([(network, link_tries())]):
        return None
    found = _living_link(token)
    if found is not None:
        refund(network)
    return found


def look_at_link(token: str, address: str) -> Link | None:
    """The link of this token, if it can still be used; does not use it, so that a mail scanner's GET does no harm.

    None also while the network has to wait (`link_wait`) after too many tokens that are none.
    """
    found = _found_link(token, address)
    return Link(found.subject, found.about, found.expires_at) if found else None


def consume_link(token: str, address: str) -> Link | None:
    """Use the link up: of any number of callers exactly one gets it. Ends the subject's other challenges.

    None also while the network has to wait (`link_wait`) after too many tokens that are none.
    """
    found = _found_link(token, address)
    if found is None or not Challenge.objects.filter(pk=found.pk, used_at=None).update(used_at=clock.wall()):
        return None
    spoil(found.subject)
    return Link(found.subject, found.about, found.expires_at)


def spoil(subject: str) -> None:
    """End every challenge of the subject."""
    Challenge.objects.filter(subject=subject, used_at=None).update(used_at=clock.wall())


def sweep_challenges() -> int:
    """Delete challenges that ended some days ago; returns how many."""
    old = Challenge.objects.filter(expires_at__lt=clock.wall() - _KEPT).values_list("pk", flat=True)[:_SWEEP_BATCH]
    deleted, _ = Challenge.objects.filter(pk__in=list(old)).delete()
    return deleted
