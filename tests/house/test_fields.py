"""What columns may not be: keys of plug-ins without choices, money without floats and decimals."""

from collections.abc import Iterable

from django.apps.registry import Apps
from django.db import models

from tests.house.test_foreign_keys import own_models

FORBIDDEN_NUMBERS = (models.FloatField, models.DecimalField)


def with_choices(checked: Iterable[type[models.Model]]) -> list[str]:
    """Columns with `choices`: a new plug-in or state would need a migration."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in checked
        for field in model._meta.get_fields()
        if getattr(field, "choices", None)
    ]


def inexact(checked: Iterable[type[models.Model]]) -> list[str]:
    """Columns that are no whole number but could hold money, and money that is no whole number of kopecks."""
    wrong = []
    for model in checked:
        for field in model._meta.get_fields():
            if isinstance(field, FORBIDDEN_NUMBERS) or (
                field.name.endswith("_kopecks") and not isinstance(field, models.BigIntegerField)
            ):
                wrong.append(f"{model._meta.label}.{field.name}")
    return wrong


class WrongRow(models.Model):
    """A control: everything that a row may not have."""

    kind = models.CharField(max_length=10, choices=[("a", "A")])
    rate = models.FloatField()
    price = models.DecimalField(max_digits=9, decimal_places=2)
    amount_kopecks = models.IntegerField()
    paid_kopecks = models.BigIntegerField()

    class Meta:
        app_label = "audit"
        apps = Apps()


def test_no_column_has_choices() -> None:
    assert with_choices(own_models()) == []


def test_money_is_whole_kopecks() -> None:
    assert inexact(own_models()) == []


def test_the_wrong_columns_are_caught() -> None:
    assert with_choices([WrongRow]) == ["audit.WrongRow.kind"]
    assert inexact([WrongRow]) == ["audit.WrongRow.rate", "audit.WrongRow.price", "audit.WrongRow.amount_kopecks"]
