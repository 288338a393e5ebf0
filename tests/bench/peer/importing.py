"""django-import-export beside our import: the same file, in three ways.

`same` does what our import does: every cell checked by the same kinds, a holder, an identifier and two contacts a row.
`stock` is how its manual begins and `bulk` its bulk mode, both unchecked and into one plain table.

https://django-import-export.readthedocs.io/en/stable/bulk_import.html
"""

import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from tablib import Dataset  # type: ignore[import-untyped]  # it has no types

from openlk.config.environment import database
from openlk.kit import clock
from openlk.kit.kinds import KINDS

settings.configure(
    SECRET_KEY="a key of a peer that lives as long as one measurement",
    DATABASES={"default": database(os.environ["PEER_DATABASE_URL"])},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.admin",
        "import_export",
        "tests.bench.peer",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402 -- models need Django set up
from import_export.fields import Field  # type: ignore[import-untyped]  # no types  # noqa: E402 -- as above
from import_export.resources import ModelResource  # type: ignore[import-untyped]  # no types  # noqa: E402 -- as above

_TITLES = {
    "full_name": "ФИО",
    "union_card": "Номер профсоюзного билета",
    "phone": "Телефон",
    "email": "Электронная почта",
    "region": "Регион",
}


_KINDS = {"full_name": "name", "union_card": "identifier", "phone": "phone", "email": "email", "region": "region"}


class Member(models.Model):
    """A row of the register, unchecked, in a table with one unique column."""

    full_name = models.CharField(max_length=300)
    union_card = models.CharField(max_length=80, unique=True)
    phone = models.CharField(max_length=20)
    email = models.CharField(max_length=320)
    region = models.CharField(max_length=80)

    class Meta:
        app_label = "peer"


class Stock(ModelResource):  # type: ignore[misc]  # no types
    """As the manual begins: found by the card, unchanged rows skipped."""

    full_name = Field("full_name", column_name=_TITLES["full_name"])
    union_card = Field("union_card", column_name=_TITLES["union_card"])
    phone = Field("phone", column_name=_TITLES["phone"])
    email = Field("email", column_name=_TITLES["email"])
    region = Field("region", column_name=_TITLES["region"])

    class Meta:
        model = Member
        import_id_fields = ("union_card",)
        skip_unchanged = True
        use_transactions = True


class Bulk(Stock):
    """With everything that its chapter on bulk imports advises."""

    class Meta(Stock.Meta):
        skip_unchanged = False
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        force_init_instance = True


class Holder(models.Model):
    """A person of the register."""

    key = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300)

    class Meta:
        app_label = "peer"


class Identifier(models.Model):
    """A card of a person."""

    holder = models.ForeignKey(Holder, models.PROTECT)
    value = models.CharField(max_length=80, unique=True)
    printed = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)

    class Meta:
        app_label = "peer"


class Contact(models.Model):
    """A phone or an e-mail of a card."""

    identifier = models.ForeignKey(Identifier, models.CASCADE)
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=320)

    class Meta:
        app_label = "peer"
        constraints = [models.UniqueConstraint(fields=["identifier", "kind"], name="peer_contact_kind")]


class Same(ModelResource):  # type: ignore[misc]  # no types
    """What our import does with a row, by the hooks that the manual names for it."""

    value = Field("value", column_name=_TITLES["union_card"])

    class Meta:
        model = Identifier
        import_id_fields = ("value",)
        fields = ("value",)
        skip_unchanged = True
        use_transactions = True

    def before_import_row(self, row: dict[str, str], **_: object) -> None:
        """Check the cells, as ours are checked."""
        for name, kind in _KINDS.items():
            if row[_TITLES[name]]:
                row[_TITLES[name]] = KINDS[kind].parse(row[_TITLES[name]], name)

    def before_save_instance(self, instance: Identifier, row: dict[str, str], **_: object) -> None:
        """Whose card it is."""
        name = row[_TITLES["full_name"]]
        named = {"full_name": name, "name_key": KINDS["name"].match_key(name)}
        instance.holder, _made = models.QuerySet(Holder).update_or_create(key=instance.value, defaults=named)
        instance.printed, instance.facts = instance.value, {"region": row[_TITLES["region"]]}

    def after_save_instance(self, instance: Identifier, row: dict[str, str], **_: object) -> None:
        """Where the person is reached."""
        for kind in ("phone", "email"):
            value = row[_TITLES[kind]]
            if value:
                models.QuerySet(Contact).update_or_create(identifier=instance, kind=kind, defaults={"value": value})


def _rows_a_second(resource: type[ModelResource], file: Path, rows: int) -> float:
    tables = (Holder, Identifier, Contact) if resource is Same else (Member,)
    with connection.schema_editor() as editor:
        for table in tables:
            editor.create_model(table)
    began = clock.monotonic()
    data = Dataset().load(file.read_text(encoding="utf-8-sig"), format="csv", delimiter=";")
    resource().import_data(data, raise_errors=True)
    spent = clock.monotonic() - began
    written = models.QuerySet(resource._meta.model).count()
    assert written == rows, written
    with connection.schema_editor() as editor:
        for table in reversed(tables):
            editor.delete_model(table)
    return rows / spent


if __name__ == "__main__":
    chosen, count = Path(sys.argv[1]), int(sys.argv[2])
    ways = {"same": Same, "stock": Stock, "bulk": Bulk}
    speeds = {key: _rows_a_second(resource, chosen, count) for key, resource in ways.items()}
    print(json.dumps(speeds))  # noqa: T201 -- the answer
