"""Letters about an emergency access: to the administrators, the doctors in charge and the patient.

They are owed by the row of the access, from the transaction that opens it until the mail server took them; a process
that is killed between the two sends again, under the same Message-ID. No name of a patient and nothing clinical leaves
by mail.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from leukplatform.accounts import mail
from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from patients.models import CareAssignment, EmergencyAccess, Patient

logger = logging.getLogger(__name__)

_FIRST_TRY = timedelta(seconds=60)
_GIVEN_UP_AFTER = timedelta(days=1)

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


def tell_on_commit(opened: EmergencyAccess) -> None:
    """A broker that is down does not keep a doctor from the record: then the next round of the upkeep tells."""
    # Imported inside: tasks import the services.
    from patients.tasks import tell_of_emergency

    def send() -> None:
        tell_of_emergency.delay(str(opened.pk))

    transaction.on_commit(send, robust=True)


def owed() -> list[UUID]:
    """The accesses of the last day with letters still to be sent, but for those that are being told of just now."""
    now = timezone.now()
    lately = EmergencyAccess.objects.filter(opened_at__gt=now - _GIVEN_UP_AFTER, opened_at__lt=now - _FIRST_TRY)
    return [pk for pk, readers in lately.values_list("pk", "letters_owed") if readers]


def send(*, access_id: UUID) -> int:
    """Send what is owed; how many the mail server took. Nothing is owed for what is gone by now."""
    opened = EmergencyAccess.objects.select_related("doctor").filter(pk=access_id).first()
    sent = 0
    for reader_id in list(opened.letters_owed) if opened is not None else []:
        assert opened is not None
        reader = User.objects.filter(pk=reader_id, is_active=True).first()
        try:
            if reader is not None:
                _send(opened, reader)
                sent += 1
        except OSError:  # smtplib's errors are OSErrors
            logger.warning("A letter on emergency access %s was not taken; tried again", access_id, exc_info=True)
        else:
            _settle(opened, reader_id)
    return sent


def to_be_told(patient: Patient) -> list[User]:
    able = User.objects.filter(is_active=True, joined_at__isnull=False)
    in_charge = CareAssignment.objects.current().filter(patient=patient).values("doctor_id")
    own = able.filter(role=Role.PATIENT, patient=patient)
    return [*able.filter(role=Role.ADMIN), *able.filter(role=Role.DOCTOR, pk__in=in_charge), *own]


@transaction.atomic
def _settle(opened: EmergencyAccess, reader_id: str) -> None:
    row = EmergencyAccess.objects.select_for_update(of=("self",)).filter(pk=opened.pk).first()
    if row is not None:
        row.letters_owed = [other for other in row.letters_owed if other != reader_id]
        row.save(update_fields=["letters_owed"])


def _send(opened: EmergencyAccess, reader: User) -> None:
    text, path = _letter(opened, reader)
    body = text.format(
        name=reader.name,
        doctor=opened.doctor.name,
        until=f"{opened.expires_at:%d %B %Y, %H:%M %Z}",
        kind=opened.get_kind_display(),
        url=mail.absolute(path),
    )
    mail.send("A record was opened in an emergency", body, to=reader.email, about=f"emergency {opened.pk}")


def _letter(opened: EmergencyAccess, reader: User) -> tuple[str, str]:
    if reader.role == Role.ADMIN:
        return _TO_ADMINISTRATOR, reverse("records:privacy")
    if reader.role == Role.PATIENT:
        return _TO_PATIENT, reverse("records:my-record")
    return _TO_DOCTOR, reverse("records:record", args=[opened.patient_id])
