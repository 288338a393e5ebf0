"""Secrets at rest and in addresses: sealed JSON, signed texts, tokens and their digests."""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

KEY_ID_BYTES = 4
SIGNATURE_BYTES = 16  # 128 bits: a forgery takes more guesses than any server will answer


class UnsealError(ValueError):
    """The blob was not sealed with a key of ours for this purpose, or was changed since."""


def seal(data: object, purpose: str) -> bytes:
    """JSON `data` encrypted and authenticated (XSalsa20-Poly1305) under a key of this purpose alone.

    The key's id stands in front, so that a changed SECRET_KEY still opens what OLD_SECRET_KEYS sealed.
    Raises TypeError or ValueError for what is not JSON.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    secret = _secrets()[0]
    return _key_id(secret) + bytes(_box(secret, purpose).encrypt(text.encode()))


def unseal(blob: bytes, purpose: str) -> object:
    """What `seal` was given, as JSON returns it; raises UnsealError."""
    sealed = bytes(blob)
    for secret in _secrets():
        if hmac.compare_digest(_key_id(secret), sealed[:KEY_ID_BYTES]):
            try:
                opened: object = json.loads(_box(secret, purpose).decrypt(sealed[KEY_ID_BYTES:]))
            except (CryptoError, ValueError) as error:
                raise UnsealError("changed since it was sealed, or sealed for another purpose") from error
            return opened
    raise UnsealError("sealed with a key that is neither SECRET_KEY nor one of OLD_SECRET_KEYS")


def digest(token: str) -> str:
    """SHA-256 of a random token, 64 hex digits: what a table keeps instead of the token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def new_token(bytes_: int = 32) -> str:
    """A random token of this many bytes, in url-safe characters."""
    return secrets.token_urlsafe(bytes_)


def sign(text: str, purpose: str) -> str:
    """`text` and its HMAC-SHA256 for this purpose, in url-safe characters; anyone can read it, nobody can change it."""
    body = _encode(text.encode())
    return f"{body}.{_signature(_secrets()[0], body, purpose)}"


def unsign(signed: str, purpose: str) -> str | None:
    """The text that `sign` was given for this purpose, or None when the signature is not ours."""
    if not signed.isascii():
        return None
    body, _, signature = signed.partition(".")
    given = signature.encode()
    if not any(hmac.compare_digest(_signature(secret, body, purpose).encode(), given) for secret in _secrets()):
        return None
    return urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *getattr(settings, "OLD_SECRET_KEYS", ())]


@lru_cache(maxsize=256)
def _derived(secret: str, use: str) -> bytes:
    return hmac.new(secret.encode(), f"openlk.kit.sealed:{use}".encode(), hashlib.sha256).digest()


def _key_id(secret: str) -> bytes:
    return _derived(secret, "key id")[:KEY_ID_BYTES]


def _box(secret: str, purpose: str) -> SecretBox:
    return SecretBox(_derived(secret, f"seal:{purpose}"))


def _signature(secret: str, body: str, purpose: str) -> str:
    mac = hmac.new(_derived(secret, f"sign:{purpose}"), body.encode(), hashlib.sha256).digest()
    return _encode(mac[:SIGNATURE_BYTES])


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
