"""The columns of the chain, and a seal for every event written before there was one."""

import django.db.models.deletion
from django.db import migrations, models

from leukplatform.audit import chain

BATCH = 1000


def seal_what_is_there(apps, schema_editor):
    AuditEvent, AuditSeal = apps.get_model("audit", "AuditEvent"), apps.get_model("audit", "AuditSeal")
    # From here on a patient's name is looked up when the trail is read; hashed, it could never be removed.
    AuditEvent.objects.filter(actor_role="PATIENT").update(actor_name="")
    seq, previous, last_id = 0, chain.START, 0
    while events := list(AuditEvent.objects.filter(pk__gt=last_id).order_by("pk")[:BATCH]):
        seals = []
        for event in events:
            seq += 1
            content = chain.content_hash({name: getattr(event, name) for name in chain.FIELDS})
            sealed = chain.seal_hash(seq=seq, event_id=event.pk, previous_hash=previous, content_hash=content)
            event.content_hash = content
            seals.append(
                AuditSeal(seq=seq, event_id=event.pk, content_hash=content, previous_hash=previous, hash=sealed)
            )
            previous, last_id = sealed, event.pk
        AuditEvent.objects.bulk_update(events, ["content_hash"])
        AuditSeal.objects.bulk_create(seals)


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="content_hash",
            field=models.CharField(default="", editable=False, max_length=66),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("content_hash", models.CharField(max_length=66)),
                ("previous_hash", models.CharField(blank=True, max_length=66)),
                ("hash", models.CharField(max_length=66)),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="seal",
                        to="audit.auditevent",
                    ),
                ),
            ],
            options={"ordering": ["seq"]},
        ),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
    ]
