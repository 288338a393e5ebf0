"""When a message is tried again, and when no more."""

from datetime import datetime, timedelta
from random import SystemRandom

from openlk.messages.channel import Delivery
from openlk.messages.models import Message

FIRST_RETRY = timedelta(seconds=10)
# A message that waits for the first time never waits longer than this.
SHORT_WAIT = timedelta(minutes=5)
# Later a wait may take this part of the message's age, up to an hour: an outage is never prolonged by more than it.
PART_OF_AGE = 8
LONGEST_WAIT = timedelta(hours=1)
# Of what is left of the life of a message that expires, and never less than this.
PART_OF_LIFE = 8
SHORTEST_WAIT = timedelta(seconds=2)
# RFC 5321 §4.5.4.1: a sender gives up after four or five days.
GIVE_UP_AFTER = timedelta(days=5)
MAX_ATTEMPTS = 500
_MOST_DOUBLINGS = 10
# Messages that failed together do not come back together.
_LEAST_JITTER = 0.75
_random = SystemRandom()


def longest_delay(message: Message, now: datetime) -> timedelta:
    """The longest time until the next try: it grows with the message's age and shrinks with the life that is left."""
    longest = min(max(SHORT_WAIT, (now - message.created_at) / PART_OF_AGE), LONGEST_WAIT)
    if message.expires_at is not None:
        longest = min(longest, max((message.expires_at - now) / PART_OF_LIFE, SHORTEST_WAIT))
    return longest


def retry_at(message: Message, now: datetime, attempts: int) -> datetime:
    """When to try again after so many attempts: each time twice as late, within limits, never two at one moment."""
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempts - 1, _MOST_DOUBLINGS)
    return now + min(doubled, longest_delay(message, now)) * _random.uniform(_LEAST_JITTER, 1)


def given_up(message: Message, delivery: Delivery, now: datetime, attempts: int) -> bool:
    """Whether this answer was the last: refused for good, too old, or tried too often."""
    return delivery.outcome == "no" or now - message.created_at >= GIVE_UP_AFTER or attempts >= MAX_ATTEMPTS
