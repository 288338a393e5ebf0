"""The only writer of balances."""

from openlk.cabinets.models import insert
from openlk.ledger.models import LedgerAccount
from openlk.register.models import Holder

MEMBER_ACCOUNTS = ("accrued", "available", "hold", "debt")


def open_member_accounts(holder: Holder) -> None:
    """Give a holder the four member accounts, empty; a second call changes nothing."""
    insert([LedgerAccount(holder=holder, kind=kind) for kind in MEMBER_ACCOUNTS], once=True)
