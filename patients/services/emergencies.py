"""Emergency access: a doctor not in charge reads a record for a limited time, and everybody concerned is told."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import PERMISSIONS, Permission, Role
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters
from patients import access
from patients.errors import InCareAlready, NoSuchRecord, TooManyMisses
from patients.models import CareAssignment, EmergencyAccess, Patient
from patients.selectors import MISS, misses_of


def open_record(*, record_number: str, birth_date: date, kind: str, reason: str, by: User) -> EmergencyAccess:
    """Open the record that has both this number and this date of birth.

    While it is open, a second call returns the same access and does not extend it. Raises InCareAlready, TooManyMisses,
    and NoSuchRecord, which is the same for an unknown number and for a known one with another date of birth.
    """
    check_permission(by, Permission.BREAK_GLASS)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # so that attempts sent at once are counted one by one
        if misses_of(by) >= settings.EMERGENCY_MISSES_PER_HOUR:
            refusal: Exception = TooManyMisses()
            audit.record(Action.EMERGENCY_REFUSED, by=by, details={"why": "too many attempts"})  # not shown: the trail
        else:
            found = Patient.objects.select_for_update(of=("self",))  # so that it is not erased in between
            patient = found.filter(record_number__iexact=record_number, birth_date=birth_date).first()
            if patient is not None:
                return _open(patient, kind=kind, reason=reason, by=by)
            refusal = NoSuchRecord()
            audit.record(Action.EMERGENCY_REFUSED, by=by, details={"why": MISS})
    raise refusal  # after the commit, so that the row that counts the attempt is kept


def _open(patient: Patient, *, kind: str, reason: str, by: User) -> EmergencyAccess:
    if access.in_care_of(by).filter(pk=patient.pk).exists():
        raise InCareAlready(patient)
    current = EmergencyAccess.objects.current().filter(patient=patient, doctor=by).first()
    if current is not None:
        return current
    now = timezone.now()
    opened = EmergencyAccess(
        patient=patient,
        doctor=by,
        kind=kind,
        reason=reason.strip(),
        opened_at=now,
        expires_at=now + timedelta(minutes=settings.EMERGENCY_ACCESS_MINUTES),
    )
    opened.full_clean(exclude=["patient", "doctor"], validate_constraints=False)
    opened.save(force_insert=True)
    details: dict[str, object] = {"kind": kind, "minutes": settings.EMERGENCY_ACCESS_MINUTES}
    audit.record(Action.EMERGENCY_OPENED, by=by, subject=opened, patient_id=patient.pk, details=details)
    for reader in _to_be_told(patient):
        letters.owe("emergency_access", to=reader, about=opened.pk)
    return opened


def _to_be_told(patient: Patient) -> list[User]:
    """Return the administrators, the doctors in charge and, if they have an account, the patient."""
    able = User.objects.filter(is_active=True, joined_at__isnull=False)
    in_charge = CareAssignment.objects.current().filter(patient=patient).values("doctor_id")
    own = able.filter(role=Role.PATIENT, patient=patient)
    return [*able.filter(role=Role.ADMIN), *able.filter(role=Role.DOCTOR, pk__in=in_charge), *own]


@transaction.atomic
def end(*, opened: EmergencyAccess, by: User) -> bool:
    """Close the record before its time. Return False if it is closed already."""
    ended = EmergencyAccess.objects.current().filter(pk=opened.pk, doctor=by).update(ended_at=timezone.now())
    if ended:
        details: dict[str, object] = {"emergency": str(opened.pk)}
        audit.record(Action.EMERGENCY_ENDED, by=by, subject=opened, patient_id=opened.patient_id, details=details)
    return bool(ended)


def end_for(*, patient: Patient, doctor: User) -> None:
    """End the accesses of a doctor who takes over the care and reads as a doctor in charge from now on."""
    for opened in EmergencyAccess.objects.current().filter(patient=patient, doctor=doctor):
        end(opened=opened, by=doctor)


@transaction.atomic
def review(*, opened: EmergencyAccess, by: User) -> bool:
    """Mark the reason as reviewed by an administrator. Return False if it was reviewed before."""
    check_permission(by, Permission.OVERSEE_PRIVACY)
    unreviewed = EmergencyAccess.objects.filter(pk=opened.pk, reviewed_at__isnull=True)
    reviewed = unreviewed.update(reviewed_by=by, reviewed_at=timezone.now())
    if reviewed:
        audit.record(Action.EMERGENCY_REVIEWED, by=by, subject=opened, patient_id=opened.patient_id)
    return bool(reviewed)


def mark(by: audit.Actor, patient_id: UUID) -> dict[str, object]:
    """Return the mark for a row of the trail: the emergency access under which it was done, if any."""
    if Permission.BREAK_GLASS not in PERMISSIONS[by.role]:
        return {}
    current = EmergencyAccess.objects.current().filter(doctor_id=by.pk, patient_id=patient_id)
    pk = current.values_list("pk", flat=True).first()
    return {} if pk is None else {"emergency": str(pk)}
