"""The list of a doctor's patients, and who cares for one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from patients import access
from patients.models import CareAssignment, Patient


@dataclass(frozen=True, slots=True)
class CareTeam:
    patient: Patient
    current: list[CareAssignment]
    past: list[CareAssignment]


def patients(user: User, *, query: str = "") -> QuerySet[Patient]:
    """Each word must be in the name or begin the record number."""
    found = access.in_care_of(user)
    for word in query.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(record_number__istartswith=word)
        )
    return found


def care_team(user: User, pk: UUID) -> CareTeam:
    patient = access.get_patient_in_care(user, pk)
    rows = list(patient.care.select_related("doctor"))
    current_ids = set(CareAssignment.objects.current().filter(patient=patient).values_list("pk", flat=True))
    return CareTeam(
        patient,
        current=[row for row in rows if row.pk in current_ids],
        past=[row for row in rows if row.pk not in current_ids],
    )


def assignment(user: User, patient_pk: UUID, pk: int) -> CareAssignment:
    found = CareAssignment.objects.filter(pk=pk, patient=access.get_patient_in_care(user, patient_pk)).first()
    if found is None:
        raise Http404("No such care of this patient.")
    return found


def doctors_to_add(patient: Patient) -> QuerySet[User]:
    """Doctors who can sign in and do not care for the patient yet."""
    in_care = CareAssignment.objects.current().filter(patient=patient).values("doctor_id")
    return User.objects.filter(role=Role.DOCTOR, is_active=True, joined_at__isnull=False).exclude(pk__in=in_care)
