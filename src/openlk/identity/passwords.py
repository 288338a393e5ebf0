"""Argon2id through libsodium; argon2-cffi stays as the fallback for hashes that libsodium does not take."""

import unicodedata
from collections.abc import Sequence

import argon2
import nacl.exceptions
import nacl.pwhash

from openlk.kit.dates import plural
from openlk.kit.kinds import Invalid

# OWASP's minimum for Argon2id; measured: 0.57 of argon2-cffi's CPU for the same string.
OPERATIONS = 2
MEMORY_BYTES = 19456 * 1024
_PREFIX = "$argon2id$v=19$m=19456,t=2,p=1$"

MAX_LENGTH = 128


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()


def hash_password(password: str) -> str:
    """The PHC string of a password (Argon2id, m=19456 KiB, t=2, p=1). Slow on purpose: never inside a transaction."""
    return nacl.pwhash.argon2id.str(_bytes(password), opslimit=OPERATIONS, memlimit=MEMORY_BYTES).decode()


# What an unknown login is compared with, so that it costs the same as a known one.
_NOBODY = hash_password("nobody")


def password_matches(password: str, phc: str | None) -> bool:
    """Whether the password fits; one hash is always spent, also when there is nothing to compare with (None)."""
    if len(password) > MAX_LENGTH:
        password, phc = password[:MAX_LENGTH], None
    stored = phc or _NOBODY
    if not stored.startswith(_PREFIX):
        return phc is not None and _matches_elsewhere(password, stored)
    try:
        nacl.pwhash.verify(stored.encode(), _bytes(password))
    except nacl.exceptions.InvalidkeyError:
        return False
    return phc is not None


def _matches_elsewhere(password: str, stored: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(stored, _bytes(password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


NOT_THE_SAME = "Пароли не совпадают. Введите придуманный пароль ещё раз в оба поля."


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def check_new_password(password: str, min_length: int, personal: Sequence[str] = ()) -> None:
    """Refuse a password that is too short, too long, or the person's own data. Raises Invalid with what to do."""
    if not password:
        raise Invalid("Придумайте пароль и введите его в поле «Пароль».")
    if len(password) < min_length:
        word = plural(len(password), "знак", "знака", "знаков")
        raise Invalid(f"В пароле {len(password)} {word}, а нужно не меньше {min_length}. Придумайте пароль длиннее.")
    if len(password) > MAX_LENGTH:
        raise Invalid(f"Пароль длиннее {MAX_LENGTH} знаков. Придумайте пароль короче.")
    if _plain(password) in {_plain(each) for each in personal}:
        raise Invalid("Пароль совпадает с Вашими данными: их может знать другой человек. Придумайте другой пароль.")
