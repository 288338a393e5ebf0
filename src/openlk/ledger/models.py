"""Balances in integer kopecks. Posting comes with the first event that moves money."""

from django.db import models

from openlk.cabinets.models import CabinetModel
from openlk.register.models import Holder


class LedgerAccount(CabinetModel):
    """A member's account: accrued («Начислено»), available («К выплате»), hold («В обработке») or debt; floor 0."""

    holder = models.ForeignKey(Holder, models.PROTECT, related_name="ledger_accounts")
    kind = models.CharField(max_length=20)
    balance_kopecks = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "holder", "kind"], name="ledger_account_once"),
            models.CheckConstraint(name="ledger_account_floor", condition=models.Q(balance_kopecks__gte=0)),
        ]
