"""The organisation's own register: holders, their identifiers, the contacts it knows."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class Holder(CabinetModel):
    """A person (or company) of a register; `key` is what the organisation counts persons by."""

    register = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    full_name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300)
    # The import that made the row; a number only, since a check of every row would cost an import a tenth of its time.
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "register", "key"], name="register_holder_key")]


class Identifier(CabinetModel):
    """The number printed on a ticket, bill or card, in matchable form, and as it was printed."""

    register = models.CharField(max_length=40)
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="identifiers")
    value = models.CharField(max_length=80)
    printed = models.CharField(max_length=80)
    # The other columns of the row: region, address…
    facts = models.JSONField(default=dict)
    # Of the row's cells as they stood in the file: an equal row is neither checked nor written again.
    row_digest = models.BinaryField(max_length=16, null=True)
    created_by = models.BigIntegerField(null=True)
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


class Change(CabinetModel):
    """How a row looked before an import changed it: an identifier with its contacts, or a holder.

    Kept for 30 days, so that the import can be rolled back; rows that an import made have `created_by` instead.
    """

    import_id = models.BigIntegerField()
    identifier_id = models.BigIntegerField(null=True)
    holder_id = models.BigIntegerField(null=True)
    before = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["cabinet", "import_id"], name="register_change_import")]
