"""A member's accounts: four, opened once, never below zero."""

import pytest
from django.db import IntegrityError, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.ledger.actions import MEMBER_ACCOUNTS, open_member_accounts
from openlk.ledger.models import LedgerAccount
from tests.support.people import Person, make_person


@pytest.fixture
def person(db: None, cabinet: Cabinet) -> Person:
    """Somebody of the register, with empty accounts."""
    made = make_person(cabinet)
    with scope(cabinet):
        open_member_accounts(made.holder)
    return made


def test_a_member_has_four_empty_accounts(person: Person) -> None:
    with scope(person.cabinet):
        found = dict(LedgerAccount.objects.values_list("kind", "balance_kopecks"))
    assert found == dict.fromkeys(("accrued", "available", "hold", "debt"), 0)
    assert set(MEMBER_ACCOUNTS) == set(found)


def test_opening_twice_is_opening_once(person: Person) -> None:
    with scope(person.cabinet):
        LedgerAccount.objects.filter(kind="accrued").update(balance_kopecks=128450)
        open_member_accounts(person.holder)
        found = dict(LedgerAccount.objects.values_list("kind", "balance_kopecks"))
    assert (len(found), found["accrued"]) == (4, 128450)


def test_the_database_refuses_a_second_account_of_a_kind(person: Person) -> None:
    with scope(person.cabinet), pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.create(holder=person.holder, kind="accrued")


@pytest.mark.parametrize("kind", MEMBER_ACCOUNTS)
def test_the_database_refuses_a_balance_below_zero(person: Person, kind: str) -> None:
    with scope(person.cabinet):
        account = LedgerAccount.objects.filter(kind=kind)
        with pytest.raises(IntegrityError), transaction.atomic():
            account.update(balance_kopecks=-1)
        assert account.get().balance_kopecks == 0


def test_the_database_takes_what_is_not_below_zero(person: Person) -> None:
    """A control of the floor: zero and large sums pass."""
    with scope(person.cabinet):
        for kopecks in (0, 1, 10**15):
            LedgerAccount.objects.update(balance_kopecks=kopecks)
        assert set(LedgerAccount.objects.values_list("balance_kopecks", flat=True)) == {10**15}
