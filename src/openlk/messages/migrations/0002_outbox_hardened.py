import django.db.models.deletion
from django.db import migrations, models

import openlk.cabinets.scoping


class Migration(migrations.Migration):
    dependencies = [
        ("messages", "0001_initial"),
    ]

    operations = [
        # The column keeps its name and its rows: what waits while the release changes is sent after it.
        migrations.AlterField(
            model_name="message",
            name="values",
            field=models.JSONField(db_column="values", default=dict),
        ),
        migrations.RenameField(model_name="message", old_name="values", new_name="plain"),
        migrations.AddField(model_name="message", name="sealed", field=models.BinaryField(default=b"")),
        migrations.AddField(model_name="message", name="key", field=models.CharField(default="", max_length=160)),
        migrations.AddField(model_name="message", name="expires_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="message", name="lease", field=models.CharField(default="", max_length=32)),
        migrations.AddField(model_name="message", name="wakes", field=models.PositiveSmallIntegerField(default=0)),
        migrations.RemoveIndex(model_name="message", name="messages_due"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["cabinet", "state", "channel", "due_at"], name="messages_due_by_channel"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("cabinet", "key"), name="messages_key"
            ),
        ),
        migrations.CreateModel(
            name="DeliveryAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cabinet",
                    models.CharField(default=openlk.cabinets.scoping.scoped_slug, editable=False, max_length=40),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=10)),
                ("detail", models.CharField(default="", max_length=60)),
                ("milliseconds", models.PositiveIntegerField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="messages.message"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["message", "number"], name="messages_tries")]},
        ),
    ]
