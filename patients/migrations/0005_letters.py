from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

_TRIED_FOR = timedelta(days=1)  # afterwards nothing was sent any more


def carry_over(apps, schema_editor):
    """Each account that has not been written to yet is owed a letter; what was given up in silence is shown now."""
    Letter, User = apps.get_model("letters", "Letter"), apps.get_model("accounts", "User")
    now = timezone.now()
    for opened in apps.get_model("patients", "EmergencyAccess").objects.exclude(letters_owed=[]):
        is_over = opened.opened_at < now - _TRIED_FOR
        for reader in User.objects.filter(pk__in=opened.letters_owed):
            Letter.objects.create(
                kind="emergency_access",
                subject_id=opened.pk,
                recipient_id=reader.pk,
                owed_at=opened.opened_at,
                status="GIVEN_UP" if is_over else "WAITING",
                settled_at=now if is_over else None,
            )


def carry_back(apps, schema_editor):
    EmergencyAccess = apps.get_model("patients", "EmergencyAccess")
    open_letters = apps.get_model("letters", "Letter").objects.filter(
        kind="emergency_access", status__in=["WAITING", "GIVEN_UP"]
    )
    for letter in open_letters:
        opened = EmergencyAccess.objects.filter(pk=letter.subject_id).first()
        if opened is not None:
            opened.letters_owed = [*opened.letters_owed, str(letter.recipient_id)]
            opened.save(update_fields=["letters_owed"])
    open_letters.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0001_initial'),
        ('patients', '0004_emergency_letters'),
    ]

    operations = [
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveField(model_name='emergencyaccess', name='letters_owed'),
    ]
