"""Letters about an emergency access, one task for each: to the administrators, the doctors in charge and the patient.

No name of a patient and nothing clinical leaves by mail. What counts are the rows: a letter that is lost hides nothing,
the access stands on the pages of all of them.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from leukplatform.accounts import mail
from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from patients.models import CareAssignment, EmergencyAccess

_TO_ADMINISTRATOR = """Dear {name},

{doctor} opened the record of a patient of other doctors in an emergency, until {until}.
Reason given: {kind}

Please look at it and review it:
{url}

leukplatform
"""

_TO_DOCTOR = """Dear {name},

{doctor} opened the record of one of your patients in an emergency, until {until}.
Reason given: {kind}

Sign in to see whose record it is:
{url}

leukplatform
"""

_TO_PATIENT = """Dear {name},

a doctor who is not one of yours opened your record in an emergency. They may read it until {until}.

Sign in to see who it was and why:
{url}

If you do not know of an emergency, please tell your doctor or the clinic.

leukplatform
"""


def tell_of(opened: EmergencyAccess) -> None:
    """Queue the letters once the access is committed. A broker that is down does not keep a doctor from the record."""
    # Imported inside: tasks import the services.
    from patients.tasks import tell_of_emergency

    def send(reader_id: str) -> None:
        tell_of_emergency.delay(str(opened.pk), reader_id)

    for reader in _to_be_told(opened):
        transaction.on_commit(lambda pk=str(reader.pk): send(pk), robust=True)  # type: ignore[misc]


def send(*, access_id: UUID, reader_id: UUID) -> None:
    """Nothing is sent for what is gone by now. Raises OSError when the mail server does not take the letter."""
    opened = EmergencyAccess.objects.select_related("doctor").filter(pk=access_id).first()
    reader = User.objects.filter(pk=reader_id, is_active=True).first()
    if opened is None or reader is None:
        return
    text, path = _letter(opened, reader)
    body = text.format(
        name=reader.name,
        doctor=opened.doctor.name,
        until=f"{opened.expires_at:%d %B %Y, %H:%M %Z}",
        kind=opened.get_kind_display(),
        url=mail.absolute(path),
    )
    send_mail("A record was opened in an emergency", body, settings.DEFAULT_FROM_EMAIL, [reader.email])


def _letter(opened: EmergencyAccess, reader: User) -> tuple[str, str]:
    if reader.role == Role.ADMIN:
        return _TO_ADMINISTRATOR, reverse("diagnosis:privacy")
    if reader.role == Role.PATIENT:
        return _TO_PATIENT, reverse("diagnosis:my-record")
    return _TO_DOCTOR, reverse("diagnosis:record", args=[opened.patient_id])


def _to_be_told(opened: EmergencyAccess) -> list[User]:
    able = User.objects.filter(is_active=True, joined_at__isnull=False)
    in_charge = CareAssignment.objects.current().filter(patient_id=opened.patient_id).values("doctor_id")
    own = able.filter(role=Role.PATIENT, patient=opened.patient_id)
    return [*able.filter(role=Role.ADMIN), *able.filter(role=Role.DOCTOR, pk__in=in_charge), *own]
