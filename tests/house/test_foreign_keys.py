"""A foreign key by name is no import, so import-linter does not see it; it goes only downwards all the same."""

from collections.abc import Iterable

from django.apps import apps
from django.apps.registry import Apps
from django.db import models

from openlk.cabinets.models import CabinetModel, ScopedManager
from openlk.identity.models import Login
from openlk.support.models import Ticket
from tests.support.source import may_see

# Tables of the whole installation, which belong to no cabinet.
SHARED = {
    "guard.wholebudget": "what goes wrong everywhere together; the rows name nobody",
    "identity.operator": "one person may work for several organisations",
    "jobs.job": "a worker asks what is due, whoever it is for; rows hold ids only",
    "jobs.worker": "a worker serves all cabinets",
}


def own_models() -> list[type[models.Model]]:
    """The models of our rooms."""
    return [model for model in apps.get_models() if model.__module__.startswith("openlk.")]


def upward_keys(checked: Iterable[type[models.Model]]) -> list[str]:
    """The relations that lead to a higher or a neighbouring room."""
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in checked
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
        and field.related_model.__module__.startswith("openlk.")
        and not may_see(model._meta.app_label, field.related_model._meta.app_label)
    ]


class LowerRow(models.Model):
    """A control: a row of a low room that points upwards."""

    login = models.ForeignKey(Login, models.CASCADE, related_name="+")

    class Meta:
        app_label = "audit"
        apps = Apps()


class NeighbourRow(models.Model):
    """A control: rewards and support stand side by side."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")

    class Meta:
        app_label = "rewards"
        apps = Apps()


def test_every_foreign_key_goes_downwards() -> None:
    assert own_models()
    assert upward_keys(own_models()) == []


def test_an_upward_and_a_sideways_key_are_caught() -> None:
    assert upward_keys([LowerRow]) == ["audit.LowerRow.login → identity.Login"]
    assert upward_keys([NeighbourRow]) == ["rewards.NeighbourRow.ticket → support.Ticket"]


def test_every_table_belongs_to_a_cabinet_or_says_why_not() -> None:
    without = {model._meta.label_lower for model in own_models() if not issubclass(model, CabinetModel)}
    assert without == set(SHARED)


def test_every_cabinet_table_is_read_through_the_scoped_manager() -> None:
    """Another manager would see the rows of all cabinets on SQLite."""
    managers = [
        f"{model._meta.label}.{manager.name}"
        for model in own_models()
        if issubclass(model, CabinetModel)
        for manager in model._meta.managers
        if not isinstance(manager, ScopedManager)
    ]
    assert managers == []
