"""Facts belong to the row of the register, not to the person: one person may have several addresses."""

import openlk.cabinets.scoping
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def open_to_owner(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the migrating role see every cabinet's rows; the walls are raised again after the migration."""
    if editor.connection.vendor == "postgresql":
        for table in ("register_holder", "register_identifier"):
            editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def give_facts_to_rows(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Each row gets what was noted with its person."""
    holder, identifier = apps.get_model("register", "Holder"), apps.get_model("register", "Identifier")
    noted = holder.objects.filter(pk=models.OuterRef("holder")).values("facts")  # type: ignore[misc]  # it had them then
    identifier.objects.using(editor.connection.alias).update(facts=models.Subquery(noted))


def give_facts_to_holders(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Each person gets back what is noted with the first of their rows."""
    holder, identifier = apps.get_model("register", "Holder"), apps.get_model("register", "Identifier")
    noted = identifier.objects.filter(holder=models.OuterRef("pk")).order_by("pk").values("facts")[:1]
    holder.objects.using(editor.connection.alias).filter(identifiers__isnull=False).update(facts=models.Subquery(noted))  # type: ignore[misc]  # the same


class Migration(migrations.Migration):

    dependencies = [("register", "0001_initial")]

    operations = [
        migrations.RunPython(open_to_owner, migrations.RunPython.noop),
        migrations.AddField("identifier", "facts", models.JSONField(default=dict)),
        migrations.RunPython(give_facts_to_rows, give_facts_to_holders),
        migrations.RunPython(migrations.RunPython.noop, open_to_owner),
        migrations.RemoveField("holder", "facts"),
        migrations.AddField("holder", "created_by", models.BigIntegerField(null=True)),
        migrations.AddField("identifier", "created_by", models.BigIntegerField(null=True)),
        migrations.AddField("identifier", "row_digest", models.BinaryField(max_length=16, null=True)),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cabinet",
                    models.CharField(default=openlk.cabinets.scoping.scoped_slug, editable=False, max_length=40),
                ),
                ("import_id", models.BigIntegerField()),
                ("identifier_id", models.BigIntegerField(null=True)),
                ("holder_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField()),
            ],
            options={"indexes": [models.Index(fields=["cabinet", "import_id"], name="register_change_import")]},
        ),
    ]
