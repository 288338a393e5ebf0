"""The organisation's own register: holders, their identifiers, the contacts it knows."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Holder(CabinetModel):
    """A person (or company) of a register; `key` is what the organisation counts persons by."""

    register = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    full_name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300)
    # The other columns of the register: region, address…
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "register", "key"], name="register_holder_key")]


class Identifier(CabinetModel):
    """The number printed on a ticket, bill or card, in matchable form, and as it was printed."""

    register = models.CharField(max_length=40)
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="identifiers")
    value = models.CharField(max_length=80)
    printed = models.CharField(max_length=80)
    imported_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "register", "value"], name="register_identifier_value")
        ]
        indexes = [models.Index(fields=["cabinet", "holder"], name="register_identifier_holder")]


class Contact(CabinetModel):
    """A phone (E.164) or an e-mail (lower case) that the register knows for an identifier; vouched by its import."""

    identifier = models.ForeignKey(Identifier, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=320)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "identifier", "kind"], name="register_contact_kind")]
