"""Passwords are kept as Argon2id, and comparing costs the same whoever asks."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any

import argon2
import nacl.pwhash
import pytest
from pydantic import ValidationError

from openlk.cabinets.loading import Cabinet
from openlk.identity import passwords
from openlk.identity.definition import LoginDefinition, login_definition, password_rule
from openlk.identity.passwords import (
    MAX_LENGTH,
    TooBusy,
    check_new_password,
    hash_password,
    is_outdated,
    password_matches,
)
from openlk.kit.kinds import Invalid

PASSWORD = "соль и хлеб на столе"
# OWASP's minimum: 19 MiB, two passes, one lane; 16 bytes of salt, 32 of hash.
PHC = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compared, by either library."""
    compared: list[str] = []
    own: Callable[[bytes, bytes], bool] = nacl.pwhash.verify
    fallback = argon2.PasswordHasher.verify

    def counted(stored: bytes, password: bytes) -> bool:
        compared.append("libsodium")
        return own(stored, password)

    def counted_fallback(self: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        compared.append("argon2-cffi")
        return fallback(self, stored, password)

    monkeypatch.setattr(nacl.pwhash, "verify", counted)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted_fallback)
    return compared


def replace_login(cabinet: Cabinet, **changed: Any) -> Cabinet:
    """The cabinet with another rule for passwords."""
    return replace(cabinet, parts={**cabinet.parts, "login": login_definition(cabinet).model_copy(update=changed)})


def replace_profile(cabinet: Cabinet, **changed: Any) -> Cabinet:
    """The cabinet under another name."""
    return replace(cabinet, parts={**cabinet.parts, "cabinet": cabinet.profile.model_copy(update=changed)})


def test_a_password_is_kept_as_argon2id_with_its_own_salt() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert PHC.fullmatch(first)
    assert PHC.fullmatch(second)
    assert first != second


def test_only_the_right_password_fits() -> None:
    kept = hash_password(PASSWORD)
    assert password_matches(PASSWORD, kept)
    for wrong in ("", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), "nobody"):
        assert not password_matches(wrong, kept)


@pytest.mark.parametrize(
    "hasher",
    [
        argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1),
        argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, salt_len=22),
        argon2.PasswordHasher(time_cost=3, memory_cost=8192, parallelism=4, salt_len=22),
        argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1, type=argon2.Type.I),
    ],
    ids=["our parameters", "our parameters, 22 bytes of salt", "other parameters", "Argon2i"],
)
def test_a_hash_of_argon2_cffi_verifies(hasher: argon2.PasswordHasher) -> None:
    kept = hasher.hash(PASSWORD)
    assert password_matches(PASSWORD, kept)
    assert not password_matches(PASSWORD + "!", kept)


def test_a_hash_of_ours_verifies_elsewhere() -> None:
    """The strings are the standard's: they can be taken along to another system."""
    assert argon2.PasswordHasher().verify(hash_password(PASSWORD), PASSWORD)


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$", "pbkdf2_sha256$1$a$b", "!"])
def test_a_broken_hash_fits_nothing(broken: str) -> None:
    assert not password_matches(PASSWORD, broken)
    assert not password_matches("", broken)


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        (unicodedata.normalize("NFD", "ёлка и йод зимой"), unicodedata.normalize("NFC", "ёлка и йод зимой")),
        ("１２３４５６７８９０", "1234567890"),
        ("Pa\u00a0ssword 12", "Pa ssword 12"),
    ],
    ids=["decomposed", "full width", "no-break space"],
)
def test_another_keyboard_types_the_same_password(typed: str, chosen: str) -> None:
    assert typed != chosen
    assert password_matches(typed, hash_password(chosen))


def test_case_is_not_folded() -> None:
    """A control of the normal form: it makes the same letters equal, not different ones."""
    assert not password_matches("ЁЛКА", hash_password("ёлка"))


@pytest.mark.parametrize(
    "password", [PASSWORD, "nobody", "", "д" * (MAX_LENGTH + 1)], ids=["usual", "nobody", "empty", "too long"]
)
def test_an_unknown_login_costs_one_hash_and_never_fits(hashes: list[str], password: str) -> None:
    assert not password_matches(password, None)
    assert hashes == ["libsodium"]


@pytest.mark.parametrize("typed", [PASSWORD, "wrong"])
def test_a_known_login_costs_one_hash(hashes: list[str], typed: str) -> None:
    kept = hash_password(PASSWORD)
    assert password_matches(typed, kept) == (typed == PASSWORD)
    assert hashes == ["libsodium"]


def test_a_very_long_password_costs_no_more_and_does_not_fit() -> None:
    kept = hash_password("д" * MAX_LENGTH)
    assert password_matches("д" * MAX_LENGTH, kept)
    assert not password_matches("д" * MAX_LENGTH + "x", kept)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Придумайте пароль"),
        ("девятьзн.", "В пароле 9 знаков, а нужно не меньше 10"),
        ("я", "В пароле 1 знак,"),
        ("два1", "В пароле 4 знака,"),
        ("д" * 129, "длиннее 128 знаков"),
        ("Ковалёва Анна Петровна", "совпадает с Вашими данными"),
        ("ковалёва анна петровна", "совпадает с Вашими данными"),
        ("0012345678", "совпадает с Вашими данными"),
    ],
)
def test_a_person_is_told_what_to_mend(cabinet: Cabinet, password: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_new_password(cabinet, password, ["Ковалёва Анна Петровна", "0012345678"])


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("qwerty12345", "часто встречается"),
        ("ghbdtnghbdtn", "часто встречается"),
        (" " * 10, "повторяются одни и те же знаки"),
        ("д" * 128, "повторяются одни и те же знаки"),
        ("ковалёва1985", "совпадает с Вашими данными"),
        ("кабинетальфа", "состоит из названия системы"),
    ],
)
def test_what_is_easily_thought_of_is_refused(cabinet: Cabinet, password: str, words: str) -> None:
    named = replace_profile(cabinet, name="Кабинет «Альфа»")
    with pytest.raises(Invalid, match=words):
        check_new_password(named, password, ["Ковалёва Анна Петровна", "0012345678"])


@pytest.mark.parametrize("password", ["десятьзнак", "4839205718", "соль и хлеб" * 11, "correct horse battery"])
def test_any_other_long_enough_password_is_taken(cabinet: Cabinet, password: str) -> None:
    check_new_password(cabinet, password, ["Ковалёва Анна Петровна", "0012345678"])


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("abcd", "нужно не меньше 5"),
        ("абвгдежзийк", "длиннее 10 знаков"),
        ("дыня-репа", "нет цифр"),
        ("48392057", "нет букв"),
        ("дыня7репа", None),
    ],
)
def test_a_cabinet_may_keep_to_the_letter_of_its_own_rule(cabinet: Cabinet, password: str, words: str | None) -> None:
    literal = replace_login(cabinet, min_password=5, max_password=10, require=("letters", "digits"))
    assert password_rule(literal) == "Не короче 5 знаков и не длиннее 10. Нужна хотя бы одна буква, хотя бы одна цифра."
    if words is None:
        check_new_password(literal, password)
        return
    with pytest.raises(Invalid, match=words):
        check_new_password(literal, password)


def test_the_usual_rule_asks_for_length_alone(cabinet: Cabinet) -> None:
    assert password_rule(cabinet) == "Не короче 10 знаков. Подойдут любые буквы, цифры, знаки и пробелы."


def test_a_longest_password_shorter_than_the_shortest_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="короче самого короткого"):
        LoginDefinition(hint="Номер", min_password=20, max_password=10)


@pytest.mark.parametrize(
    "other",
    [
        argon2.PasswordHasher(time_cost=3, memory_cost=19456, parallelism=1),
        argon2.PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1),
        argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=argon2.Type.I),
    ],
)
def test_a_hash_with_other_parameters_is_outdated(other: argon2.PasswordHasher) -> None:
    assert is_outdated(other.hash(PASSWORD))
    assert not is_outdated(hash_password(PASSWORD))


def test_no_processor_in_time_is_no_comparison(hashes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_slots", BoundedSemaphore(1))
    with passwords._slots:
        for refused in (lambda: password_matches(PASSWORD, None), lambda: hash_password(PASSWORD)):
            with pytest.raises(TooBusy, match="Сейчас входит очень много людей"):
                refused()
    assert hashes == []
    assert not password_matches(PASSWORD, None), "the place was given back"
