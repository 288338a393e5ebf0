"""django-import-export beside our import: the same file, one plain table, as its manual begins and in its bulk mode.

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


def _rows_a_second(resource: type[ModelResource], file: Path, rows: int) -> float:
    with connection.schema_editor() as editor:
        editor.create_model(Member)
    began = clock.monotonic()
    data = Dataset().load(file.read_text(encoding="utf-8-sig"), format="csv", delimiter=";")
    resource().import_data(data, raise_errors=True)
    spent = clock.monotonic() - began
    written = models.QuerySet(Member).count()
    assert written == rows, written
    with connection.schema_editor() as editor:
        editor.delete_model(Member)
    return rows / spent


if __name__ == "__main__":
    chosen, count = Path(sys.argv[1]), int(sys.argv[2])
    speeds = {"stock": _rows_a_second(Stock, chosen, count), "bulk": _rows_a_second(Bulk, chosen, count)}
    print(json.dumps(speeds))  # noqa: T201 -- the answer
