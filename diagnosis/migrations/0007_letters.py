from django.db import migrations

_KINDS = {"CASE_ANALYSED": "case_analysed", "QUARANTINED": "analysis_quarantined", "REPORT_READY": "report_ready"}


def carry_over(apps, schema_editor):
    """Owe as letters the notices that were still to be sent. The one on a case is about the case from now on."""
    Letter, Analysis = apps.get_model("letters", "Letter"), apps.get_model("diagnosis", "Analysis")
    for notice in apps.get_model("diagnosis", "Notice").objects.filter(settled_at=None):
        subject_id = notice.subject_id
        if notice.kind == "CASE_ANALYSED":
            subject_id = Analysis.objects.values_list("picture__case_id", flat=True).filter(pk=subject_id).first()
        letter = {"kind": _KINDS[notice.kind], "subject_id": subject_id, "recipient_id": notice.recipient_id}
        if subject_id is not None and not Letter.objects.filter(**letter).exists():  # one for each case
            Letter.objects.create(**letter, owed_at=notice.created_at, due_at=notice.due_at)


def carry_back(apps, schema_editor):
    """The notice on a case is about the analysis that ended last."""
    Notice, Analysis = apps.get_model("diagnosis", "Notice"), apps.get_model("diagnosis", "Analysis")
    kinds = {ours: theirs for theirs, ours in _KINDS.items()}
    open_letters = apps.get_model("letters", "Letter").objects.filter(
        kind__in=kinds, status__in=["WAITING", "GIVEN_UP"]
    )
    for letter in open_letters:
        subject_id = letter.subject_id
        if letter.kind == "case_analysed":
            ended = Analysis.objects.filter(picture__case_id=subject_id, finished_at__isnull=False)
            subject_id = ended.order_by("-finished_at").values_list("pk", flat=True).first()
        if subject_id is not None:
            Notice.objects.create(
                kind=kinds[letter.kind],
                subject_id=subject_id,
                recipient_id=letter.recipient_id,
                created_at=letter.owed_at,
                due_at=letter.due_at,
            )
    open_letters.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0001_initial'),
        ('diagnosis', '0006_findings_of_pictures'),
    ]

    operations = [
        migrations.RunPython(carry_over, carry_back),
        migrations.DeleteModel(name='Notice'),
    ]
