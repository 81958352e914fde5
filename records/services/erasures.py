"""A request to erase a record, until it is decided. Carrying it out is in `diagnosis`, which knows all of a record."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.errors import Refused, WrongNumber
from patients.models import Erasure, ErasureStatus, Patient

DECIDED = "This request was decided before. Reload the page to see how."


@transaction.atomic
def request(*, patient: Patient, record_number: str, ground: str, note: str, by: User) -> Erasure:
    """Asked by a doctor in charge, who types the record number. Raises WrongNumber; Refused if one is open."""
    check_permission(by, Permission.MANAGE_CARE)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    check_number(patient, record_number)
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(
                patient=patient, record_id=patient.pk, ground=ground, note=note.strip(), requested_by=by
            )
    except IntegrityError as error:
        raise Refused("The erasure of this record is asked for already.") from error
    facts: dict[str, object] = {"ground": ground}
    audit.record(Action.ERASURE_REQUESTED, by=by, subject=erasure, patient_id=patient.pk, details=facts)
    return erasure


@transaction.atomic
def withdraw(*, patient: Patient, by: User) -> bool:
    """By any doctor in charge; False when nothing is asked for any more."""
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
    """By an administrator, in words for the doctors in charge. The record stays as it is."""
    erasure = lock(erasure, by=by)
    erasure.answer = answer.strip()
    settle(erasure, ErasureStatus.DECLINED, by=by)
    audit.record(Action.ERASURE_DECLINED, by=by, subject=erasure, patient_id=erasure.record_id)
    return erasure


def lock(erasure: Erasure, *, by: User) -> Erasure:
    """The open request, to be decided by an administrator who is not the one that asked. In a transaction."""
    check_permission(by, Permission.OVERSEE_PRIVACY)
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.status != ErasureStatus.REQUESTED:
        raise Refused(DECIDED)
    if erasure.requested_by_id == by.pk:
        raise Refused("You asked for this erasure yourself. Somebody else has to decide on it.")
    return erasure


def check_number(patient: Patient, typed: str) -> None:
    if typed.strip().upper() != patient.record_number.upper():
        raise WrongNumber


def settle(erasure: Erasure, status: ErasureStatus, *, by: User) -> None:
    erasure.status, erasure.decided_by, erasure.decided_at = status, by, timezone.now()
    erasure.save(update_fields=["status", "decided_by", "decided_at", "answer"])
