import hashlib
import json

import diagnosis.states
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# As mlworker.zoo.parameters was when this was written.
_DESCRIPTIVE = frozenset({
    "architecture", "format_version", "intended_use", "limits", "metrics", "mixed_in", "model_sha256", "name", "parity",
    "split_name", "split_sha256", "threshold_rule", "training", "training_commit", "training_data",
    "training_data_licence", "version", "weights_sha256",
})


def hash_parameters(apps, schema_editor):
    """What is already installed gets the hash of the parameters on its card."""
    for release in apps.get_model("diagnosis", "ModelRelease").objects.all():
        parameters = {name: value for name, value in release.card.items() if name not in _DESCRIPTIVE}
        text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
        release.parameters = hashlib.sha256(text.encode()).hexdigest()
        release.save(update_fields=["parameters"])


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FilePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CASE_ANALYSED', 'Case analysed'), ('QUARANTINED', 'Analysis set aside'), ('REPORT_READY', 'Report ready')], max_length=16)),
                ('subject_id', models.UUIDField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('woken_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('is_sent', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='analysis',
            name='analysis_status_known',
        ),
        migrations.AddField(
            model_name='modelrelease',
            name='parameters',
            field=models.CharField(default='', max_length=64),
            preserve_default='',
        ),
        migrations.RunPython(hash_parameters, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='analysis',
            name='status',
            field=models.CharField(choices=[('QUEUED', 'QUEUED'), ('RUNNING', 'RUNNING'), ('SUCCEEDED', 'SUCCEEDED'), ('FAILED', 'FAILED'), ('QUARANTINED', 'QUARANTINED'), ('CANCELLED', 'CANCELLED')], default=diagnosis.states.AnalysisStatus['QUEUED'], max_length=12),
        ),
        migrations.AlterField(
            model_name='modelrelease',
            name='digest',
            field=models.CharField(max_length=64),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'QUARANTINED', 'CANCELLED'])), name='analysis_status_known'),
        ),
        migrations.AddConstraint(
            model_name='modelrelease',
            constraint=models.UniqueConstraint(fields=('digest', 'parameters'), name='release_one_of_model_and_parameters'),
        ),
        migrations.AddField(
            model_name='notice',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['due_at'], name='notice_owed'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('kind', 'subject_id', 'recipient'), name='notice_once_for_each'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('is_sent', False), ('settled_at__isnull', False), _connector='OR'), name='notice_sent_is_settled'),
        ),
    ]
