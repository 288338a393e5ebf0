"""Caps on messages that anybody can make the cabinet send: by recipient, its neighbours, network, cabinet and day."""

from django.conf import settings

from openlk.cabinets.scoping import current
from openlk.guard.actions import refund, seconds_to_wait, spend, spend_whole
from openlk.guard.addresses import address_block
from openlk.guard.definition import limits_of
from openlk.guard.rules import (
    DAY,
    at_most,
    sends_asked_from_address,
    sends_to_neighbours,
    sends_to_recipient,
)
from openlk.kit.sealed import digest

# «+7912345»: a block of ten thousand numbers, as operators are given them.
PHONE_PREFIX = 8
# Whoever is not at one of these shares a small domain, where many letters are somebody's trouble.
LARGE_DOMAINS = frozenset(
    [
        *("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "vk.com"),
        *("yandex.ru", "ya.ru", "yandex.com", "rambler.ru", "lenta.ru"),
        *("gmail.com", "icloud.com", "me.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
        *("proton.me", "protonmail.com"),
    ]
)
NOBODY = "nobody:"


def _neighbours(channel: str, recipient: str) -> str:
    """Whom this recipient shares a cap with; itself where it shares none."""
    if recipient.startswith(NOBODY):
        return recipient
    if channel == "sms":
        return recipient[:PHONE_PREFIX]
    domain = recipient.rpartition("@")[2]
    return recipient if domain in LARGE_DOMAINS else domain


def may_send(channel: str, recipient: str, address: str) -> int:
    """Count one message to `recipient` asked for from `address`; the seconds to wait, 0 to send it.

    `channel` is «sms» or «email», `recipient` as messages are sent to it. If it must wait, nothing is counted. A
    recipient «nobody:…» is for show: it meets the caps of a person and costs the cabinet's day nothing.
    Call it in the transaction that queues the message: what is undone was not sent. Of several messages of one
    transaction letters come before SMS, so that two transactions take their rows in the same order.
    """
    show = recipient.startswith(NOBODY)
    limits = limits_of(current())
    of_cabinet, of_all = (
        (limits.sms_per_day, settings.SMS_PER_DAY)
        if channel == "sms"
        else (limits.letters_per_day, settings.LETTERS_PER_DAY)
    )
    paid = f"send:{channel}:show" if show else f"send:{channel}"
    ten_minutes, whole_day = sends_to_recipient()
    hourly, daily = sends_asked_from_address()
    whom, block = digest(recipient)[:32], address_block(address)
    # First the network's rows, which two messages of one transaction share; then the cabinet's, where senders stand in
    # a row, so that two messages of one transaction and two of another never wait for each other. What is for show
    # comes after what is sent (flows.sending), so that these two stand in one order too.
    wait_seconds = spend(
        [
            (f"send:{channel}:hour:{block}", hourly),
            (f"send:{channel}:day:{block}", daily),
            (paid, at_most(of_cabinet, DAY)),
            (f"send:{channel}:near:{digest(_neighbours(channel, recipient))[:32]}", sends_to_neighbours(channel)),
            (f"send:{channel}:soon:{whom}", ten_minutes),
            (f"send:{channel}:daily:{whom}", whole_day),
        ]
    )
    if wait_seconds:
        return wait_seconds
    wait_seconds = spend_whole(paid, at_most(of_all, DAY))
    if wait_seconds:
        refund(paid)
    return wait_seconds


def address_wait(channel: str, address: str) -> int:
    """How many seconds this network has to wait before it may ask for a message, to whomever; counts nothing."""
    block = address_block(address)
    return max(seconds_to_wait(f"send:{channel}:{span}:{block}") for span in ("hour", "day"))
