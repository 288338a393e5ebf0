"""Sealed data opens only with our keys, for its own purpose, unchanged."""

import hashlib

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from openlk.kit.sealed import UnsealError, digest, new_token, seal, sign, unseal, unsign

OLD, NEW = "o" * 50, "n" * 50
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.text(max_size=20))
def test_what_was_sealed_opens_again(data: object, purpose: str) -> None:
    assert unseal(seal(data, purpose), purpose) == data


@given(st.data())
def test_a_changed_blob_never_opens(data: st.DataObject) -> None:
    blob = bytearray(seal({"фамилия": "Ковалёва"}, "answers"))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnsealError):
        unseal(bytes(blob), "answers")


@given(st.binary(max_size=80))
def test_a_strange_blob_never_opens(blob: bytes) -> None:
    with pytest.raises(UnsealError):
        unseal(blob, "answers")


def test_a_blob_cut_short_or_meant_for_another_purpose_never_opens() -> None:
    blob = seal([1], "answers")
    for wrong, purpose in [(blob[:-1], "answers"), (blob[:4], "answers"), (blob, "totp")]:
        with pytest.raises(UnsealError):
            unseal(wrong, purpose)


def test_a_blob_does_not_show_its_words_and_never_repeats() -> None:
    assert b"secret" not in seal("secret", "answers")
    assert seal("secret", "answers") != seal("secret", "answers")


def test_what_is_not_json_is_refused_before_sealing() -> None:
    for wrong in (object(), float("nan")):
        with pytest.raises((TypeError, ValueError)):
            seal(wrong, "answers")


def test_after_a_change_of_key_old_secrets_still_open() -> None:
    with override_settings(SECRET_KEY=OLD, OLD_SECRET_KEYS=[]):
        blob, signed = seal("data", "answers"), sign("data", "link")
    with override_settings(SECRET_KEY=NEW, OLD_SECRET_KEYS=[OLD]):
        assert unseal(blob, "answers") == unsign(signed, "link") == "data"
        assert seal("data", "answers")[:4] != blob[:4]
    with override_settings(SECRET_KEY=NEW, OLD_SECRET_KEYS=[]):
        assert unsign(signed, "link") is None
        with pytest.raises(UnsealError, match="neither"):
            unseal(blob, "answers")


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_signed_text_is_url_safe_and_reads_back(text: str, purpose: str) -> None:
    signed = sign(text, purpose)
    assert all(char.isascii() and (char.isalnum() or char in "-_.") for char in signed)
    assert unsign(signed, purpose) == text
    assert unsign(signed, purpose + "!") is None


@given(st.data())
def test_a_changed_signature_is_nobodys(data: st.DataObject) -> None:
    signed = sign("login:42", "link")
    place = data.draw(st.integers(0, len(signed) - 1))
    char = data.draw(st.sampled_from("ABCabc019-_.ж").filter(lambda other: other != signed[place]))
    assert unsign(signed[:place] + char + signed[place + 1 :], "link") is None


@given(st.text(max_size=60))
def test_a_strange_text_is_nobodys(text: str) -> None:
    assert unsign(text, "link") is None


def test_tokens_are_long_unlike_and_kept_as_digests() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 for token in tokens)
    assert len(new_token(16)) == 22
    assert digest("a") == hashlib.sha256(b"a").hexdigest()
    assert len(digest("\ud800")) == 64
