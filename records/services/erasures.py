"""Requests to erase a record, until they are decided. `erasing` carries them out."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.models import Erasure, ErasureStatus, Patient


class WrongNumber(Refused):
    text = gettext_lazy("This is not the record number of this record.")


@transaction.atomic
def request(*, patient: Patient, record_number: str, ground: str, note: str, by: User) -> Erasure:
    """Ask to erase a record, as a doctor in charge who types its number. Raises WrongNumber; Refused if one is open."""
    check_permission(by, Permission.MANAGE_CARE)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    check_number(patient, record_number)
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(
                patient=patient, record_id=patient.pk, ground=ground, note=note.strip(), requested_by=by
            )
    except IntegrityError as error:
        raise Refused(_("The erasure of this record has been requested already.")) from error
    facts: dict[str, object] = {"ground": ground}
    audit.record(Action.ERASURE_REQUESTED, by=by, subject=erasure, patient_id=patient.pk, details=facts)
    return erasure


@transaction.atomic
def withdraw(*, patient: Patient, by: User) -> bool:
    """Withdraw the open request, as any doctor in charge. Return False if there is none."""
    check_permission(by, Permission.MANAGE_CARE)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    erasure = patient.erasures.filter(status=ErasureStatus.REQUESTED).first()
    if erasure is None:
        return False
    settle(erasure, ErasureStatus.WITHDRAWN, by=by)
    audit.record(Action.ERASURE_WITHDRAWN, by=by, subject=erasure, patient_id=patient.pk)
    return True


@transaction.atomic
def decline(*, erasure: Erasure, answer: str, by: User) -> Erasure:
    """Decline as an administrator, in words for the doctors in charge. The record stays as it is."""
    erasure = lock(erasure, by=by)
    erasure.answer = answer.strip()
    settle(erasure, ErasureStatus.DECLINED, by=by)
    audit.record(Action.ERASURE_DECLINED, by=by, subject=erasure, patient_id=erasure.record_id)
    return erasure


def lock(erasure: Erasure, *, by: User) -> Erasure:
    """Lock an open request for an administrator who did not make it. In a transaction. Raises NotAllowed or Refused."""
    check_permission(by, Permission.OVERSEE_PRIVACY)
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.status != ErasureStatus.REQUESTED:
        raise Refused(_("This request was decided before. Reload the page to see how."))
    if erasure.requested_by_id == by.pk:
        raise Refused(_("You asked for this erasure yourself. Somebody else has to decide on it."))
    return erasure


def check_number(patient: Patient, typed: str) -> None:
    """Raise WrongNumber unless this is the record number of the patient, in upper or lower case."""
    if typed.strip().upper() != patient.record_number.upper():
        raise WrongNumber


def settle(erasure: Erasure, status: ErasureStatus, *, by: User) -> None:
    """Write the decision, with the words set before. For the services of this package."""
    erasure.status, erasure.decided_by, erasure.decided_at = status, by, timezone.now()
    erasure.save()
