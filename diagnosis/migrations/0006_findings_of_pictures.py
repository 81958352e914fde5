"""A finding is what a doctor says of a picture; the machine's label becomes a column of its analysis."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def forward(apps, schema_editor):
    Analysis, Finding = apps.get_model("diagnosis", "Analysis"), apps.get_model("diagnosis", "Finding")
    of_machine = Finding.objects.filter(source="MACHINE")
    label = of_machine.filter(analysis=OuterRef("pk")).values("label")
    Analysis.objects.filter(pk__in=of_machine.values("analysis")).update(label=Subquery(label))
    of_machine.delete()
    picture = Analysis.objects.filter(pk=OuterRef("analysis")).values("picture")
    Finding.objects.update(picture=Subquery(picture))
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table with checks that are put off


def backward(apps, schema_editor):
    Analysis, Finding = apps.get_model("diagnosis", "Analysis"), apps.get_model("diagnosis", "Finding")
    labelled = Analysis.objects.exclude(label="").values_list("pk", "label", "finished_at")
    of_machine = [Finding(analysis_id=pk, source="MACHINE", label=label, made_at=at) for pk, label, at in labelled]
    Finding.objects.bulk_create(of_machine, batch_size=1000)
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0005_pictures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='finding', name='finding_one_of_machine'),
        migrations.RemoveConstraint(model_name='finding', name='finding_doctor_has_author'),
        migrations.AddField(
            model_name='analysis',
            name='label',
            field=models.CharField(blank=True, default='', max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='finding',
            name='picture',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='diagnosis.picture'),
        ),
        # For the way back: rows without a source are those of doctors.
        migrations.AlterField(
            model_name='finding',
            name='source',
            field=models.CharField(choices=[('MACHINE', 'Machine'), ('DOCTOR', 'Doctor')], default='DOCTOR', max_length=8),
        ),
        migrations.RunPython(forward, backward),
        migrations.RemoveField(model_name='finding', name='source'),
        migrations.AlterField(
            model_name='finding',
            name='picture',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='diagnosis.picture'),
        ),
        migrations.AlterField(
            model_name='finding',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='finding',
            name='analysis',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='diagnosis.analysis'),
        ),
    ]
