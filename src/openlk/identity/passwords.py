"""Argon2id through libsodium; argon2-cffi stays as the fallback for hashes that libsodium does not take."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore

import argon2
import nacl.exceptions
import nacl.pwhash

from openlk.cabinets.loading import Cabinet
from openlk.identity.definition import MAX_ALLOWED_PASSWORD, LoginDefinition, login_definition
from openlk.identity.guessable import is_common, is_made_of, is_monotonous
from openlk.kit import clock
from openlk.kit.dates import plural
from openlk.kit.kinds import Invalid
from openlk.kit.measures import HASH_WAIT

# OWASP's minimum for Argon2id; measured: 0.57 to 0.94 of argon2-cffi's CPU for the same string (decision 006).
OPERATIONS = 2
MEMORY_BYTES = 19456 * 1024
_PREFIX = "$argon2id$v=19$m=19456,t=2,p=1$"

MAX_LENGTH = MAX_ALLOWED_PASSWORD

# So many hashes at once as there are processors: more would not be ready sooner, and each takes 19 MiB.
SLOTS = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
WAIT_SECONDS = 5.0
_slots = BoundedSemaphore(SLOTS)


class TooBusy(Exception):
    """No processor came free for a hash in time; nothing was compared. The message is for the person."""

    def __init__(self) -> None:
        super().__init__("Сейчас входит очень много людей. Подождите минуту и повторите: Ваши попытки не потрачены.")


@contextmanager
def _slot() -> Iterator[None]:
    asked = clock.monotonic()
    free = _slots.acquire(timeout=WAIT_SECONDS)
    HASH_WAIT.observe(clock.monotonic() - asked)
    if not free:
        raise TooBusy
    try:
        yield
    finally:
        _slots.release()


def _bytes(password: str) -> bytes:
    # A lone surrogate, which no keyboard types, is no reason to fall over.
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")


def hash_password(password: str) -> str:
    """The PHC string of a password (Argon2id, m=19456 KiB, t=2, p=1). Slow on purpose: never inside a transaction.

    Raises TooBusy when no processor came free within five seconds.
    """
    with _slot():
        return nacl.pwhash.argon2id.str(_bytes(password), opslimit=OPERATIONS, memlimit=MEMORY_BYTES).decode()


# What an unknown login is compared with, so that it costs the same as a known one.
_NOBODY = hash_password("nobody")


def password_matches(password: str, phc: str | None) -> bool:
    """Whether the password fits; one hash is always spent, also when there is nothing to compare with (None).

    Raises TooBusy when no processor came free within five seconds.
    """
    if len(password) > MAX_LENGTH:
        password, phc = password[:MAX_LENGTH], None
    stored = phc or _NOBODY
    with _slot():
        if not stored.startswith(_PREFIX):
            return phc is not None and _matches_elsewhere(password, stored)
        try:
            nacl.pwhash.verify(stored.encode(), _bytes(password))
        except nacl.exceptions.InvalidkeyError:
            return False
    return phc is not None


def is_outdated(phc: str) -> bool:
    """Whether a stored hash was made with other parameters than today's, and should be made anew at the next login."""
    return not phc.startswith(_PREFIX)


def _matches_elsewhere(password: str, stored: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(stored, _bytes(password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


NOT_THE_SAME = "Пароли не совпадают. Введите придуманный пароль ещё раз в оба поля."
_COMMON = "Такой пароль часто встречается, его легко подобрать. Придумайте другой: например, три-четыре слова подряд."
_MONOTONOUS = "В пароле повторяются одни и те же знаки, его легко подобрать. Придумайте другой пароль."
_PERSONAL = "Пароль совпадает с Вашими данными: их может знать другой человек. Придумайте другой пароль."
_OF_CABINET = "Пароль состоит из названия системы, его легко подобрать. Придумайте другой пароль."


def check_new_password(cabinet: Cabinet, password: str, personal: Sequence[str] = ()) -> None:
    """Hold a new password against the cabinet's rule, common passwords and the person's own data.

    `personal`: name, numbers, phone, e-mail, as far as they are known. Raises Invalid, which says what to do.
    """
    if not password:
        raise Invalid("Придумайте пароль и введите его в поле «Пароль».")
    _check_rule(login_definition(cabinet), password)
    if is_monotonous(password):
        raise Invalid(_MONOTONOUS)
    if is_made_of(password, personal):
        raise Invalid(_PERSONAL)
    if is_made_of(password, [cabinet.profile.name, cabinet.slug, cabinet.profile.tagline]):
        raise Invalid(_OF_CABINET)
    if is_common(password):
        raise Invalid(_COMMON)


def _check_rule(login: LoginDefinition, password: str) -> None:
    """The length, and what a cabinet's own rule asks for."""
    if len(password) < login.min_password:
        word = plural(len(password), "знак", "знака", "знаков")
        raise Invalid(
            f"В пароле {len(password)} {word}, а нужно не меньше {login.min_password}. Придумайте пароль длиннее."
        )
    if len(password) > login.max_password:
        word = plural(login.max_password, "знака", "знаков", "знаков")
        raise Invalid(f"Пароль длиннее {login.max_password} {word}. Придумайте пароль короче.")
    if "letters" in login.require and not any(char.isalpha() for char in password):
        raise Invalid("В пароле нет букв. Добавьте хотя бы одну букву.")
    if "digits" in login.require and not any(char.isdecimal() for char in password):
        raise Invalid("В пароле нет цифр. Добавьте хотя бы одну цифру.")
