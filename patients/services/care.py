"""Care assignments. A doctor reads a record only while caring for its patient, or in an emergency."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access, selectors
from patients.errors import AlreadyInCare, LastDoctor
from patients.models import CareAssignment, Patient
from patients.services import emergencies


@transaction.atomic
def add_doctor(*, patient: Patient, doctor: User, by: User) -> CareAssignment:
    """Add a colleague to the care team of a patient in the care of `by`."""
    check_permission(by, Permission.MANAGE_CARE)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    return begin(patient=patient, doctor=doctor, by=by)


@transaction.atomic
def end(*, assignment: CareAssignment, by: User) -> CareAssignment:
    """End the care today. Raises LastDoctor unless somebody who can read the record remains."""
    check_permission(by, Permission.MANAGE_CARE)
    patient = access.get_patient_in_care(by, assignment.patient_id, for_update=True)
    current = CareAssignment.objects.current().filter(patient=patient).select_related("doctor")
    team = {row.pk: row for row in current}
    ending = team.pop(assignment.pk, None)
    if ending is None:
        raise Refused(_("This care has ended already."))
    if not any(row.doctor.has_perm(Permission.VIEW_PATIENTS) for row in team.values()):
        raise LastDoctor
    ending.ended_on = timezone.localdate()
    ending.save(update_fields=["ended_on"])
    audit.record(Action.CARE_ENDED, by=by, subject=ending.doctor, patient_id=patient.pk)
    return ending


@transaction.atomic
def assign(*, patient: Patient, doctor: User, by: User) -> CareAssignment:
    """Give a doctor to a record without one, as an administrator. Raises Refused for any other record."""
    check_permission(by, Permission.OVERSEE_PRIVACY)
    patient = access.lock(patient)
    if not selectors.unattended(by).filter(pk=patient.pk).exists():
        raise Refused(_("This record has a doctor by now, who can add others."))
    return begin(patient=patient, doctor=doctor, by=by)


def begin(*, patient: Patient, doctor: User, by: User) -> CareAssignment:
    """Write the row and its trace in the caller's transaction. For the services of this package."""
    if not doctor.has_perm(Permission.VIEW_PATIENTS):
        raise Refused(_("Only an active doctor can care for a patient."))
    try:
        with transaction.atomic():
            assignment = CareAssignment.objects.create(patient=patient, doctor=doctor)
    except IntegrityError as error:
        raise AlreadyInCare(doctor.name) from error
    emergencies.end_for(patient=patient, doctor=doctor)
    audit.record(Action.CARE_STARTED, by=by, subject=doctor, patient_id=patient.pk)
    return assignment
