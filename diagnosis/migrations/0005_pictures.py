"""Rename a slide that is one picture to a picture; the word slide is kept for the glass."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0004_indexes_for_many_records'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='slide', name='slide_once_per_case'),
        migrations.RemoveConstraint(model_name='slide', name='slide_position'),
        migrations.RemoveConstraint(model_name='slide', name='slide_removal_whole'),
        migrations.RenameModel(old_name='Slide', new_name='Picture'),
        migrations.RenameField(model_name='picture', old_name='picture', new_name='file'),
        migrations.AlterField(
            model_name='picture',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='diagnosis.case'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('case', 'sha256'), name='picture_once_per_case'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.UniqueConstraint(fields=('case', 'position'), name='picture_position'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removal_reason', ''), ('removed_at__isnull', True), ('removed_by__isnull', True)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), models.Q(('removal_reason', ''), _negated=True)), _connector='OR'), name='picture_removal_whole'),
        ),
        # An index and a constraint do not follow the new name of their field.
        migrations.RemoveConstraint(model_name='analysis', name='analysis_one_unfinished'),
        migrations.RemoveConstraint(model_name='analysis', name='analysis_one_result'),
        migrations.RemoveIndex(model_name='analysis', name='analysis_slide'),
        migrations.RenameField(model_name='analysis', old_name='slide', new_name='picture'),
        migrations.AddIndex(
            model_name='analysis',
            index=models.Index(fields=['picture', '-requested_at'], name='analysis_picture'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['QUEUED', 'RUNNING'])), fields=('picture', 'release'), name='analysis_one_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'SUCCEEDED')), fields=('picture', 'release'), name='analysis_one_result'),
        ),
    ]
