"""Reads for the pages on patients, always from what the user may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients import access
from patients.access import one_of
from patients.models import CareAssignment, EmergencyAccess, Patient

MISS = "no such record"  # not shown: the reason of a refused attempt, as the trail has it


@dataclass(frozen=True, slots=True)
class CareTeam:
    patient: Patient
    current: list[CareAssignment]
    past: list[CareAssignment]


def patients(user: User, *, query: str = "") -> QuerySet[Patient]:
    """Return the patients in the doctor's care; each word of `query` is in the name or begins the record number."""
    found = access.in_care_of(user)
    for word in query.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(record_number__istartswith=word)
        )
    return found


def care_team(user: User, pk: UUID) -> CareTeam:
    patient = access.get_patient_in_care(user, pk)
    rows, current = patient.care.select_related("doctor"), CareAssignment.objects.current().filter(patient=patient)
    return CareTeam(patient, list(rows.filter(pk__in=current)), list(rows.exclude(pk__in=current)))


def assignment(user: User, patient_pk: UUID, pk: int) -> CareAssignment:
    rows = CareAssignment.objects.filter(pk=pk, patient=access.get_patient_in_care(user, patient_pk))
    return one_of(rows, _("No such care of this patient."))


def doctors_to_add(patient: Patient) -> QuerySet[User]:
    """Return the doctors who can sign in and do not care for the patient yet."""
    in_care = CareAssignment.objects.current().filter(patient=patient).values("doctor_id")
    return User.objects.filter(role=Role.DOCTOR, is_active=True, joined_at__isnull=False).exclude(pk__in=in_care)


def unattended(user: User) -> QuerySet[Patient]:
    """Return the records without an active doctor, for administrators; `last_doctor` is the name of the last one.

    Their accounts are closed or have another role by now.
    """
    check_permission(user, Permission.OVERSEE_PRIVACY)
    able = CareAssignment.objects.current().filter(doctor__is_active=True, doctor__role=Role.DOCTOR)
    last = CareAssignment.objects.filter(patient=OuterRef("pk")).order_by("-started_on", "-pk")
    return (
        Patient.objects.exclude(pk__in=able.values("patient_id"))
        .annotate(last_doctor=Subquery(last.values("doctor__name")[:1]))
        .order_by("created_at", "pk")
    )


def unattended_record(user: User, pk: UUID) -> Patient:
    return one_of(unattended(user).filter(pk=pk), _("No such record without a doctor."))


def misses_of(user: User) -> int:
    """Count the doctor's attempts in the last hour with a number and date of birth that match no record."""
    since = timezone.now() - timedelta(hours=1)
    tries = AuditEvent.objects.filter(actor_id=str(user.pk), occurred_at__gt=since)
    return tries.filter(action=Action.EMERGENCY_REFUSED, details__why=MISS).count()


def own_emergencies(user: User) -> QuerySet[EmergencyAccess]:
    """Return the doctor's own accesses that are open now."""
    return EmergencyAccess.objects.current().filter(doctor=user).select_related("patient")


def emergency(user: User, pk: UUID) -> EmergencyAccess:
    """Return one of the doctor's own accesses, open or not."""
    return one_of(EmergencyAccess.objects.filter(doctor=user, pk=pk), _("No such access of yours."))


def emergency_of(user: User, patient: Patient) -> EmergencyAccess | None:
    """Return the access under which this doctor reads this record now."""
    return EmergencyAccess.objects.current().filter(doctor=user, patient=patient).first()


def emergencies_of(patient: Patient) -> QuerySet[EmergencyAccess]:
    """Return all accesses to a record that the caller may read, newest first."""
    return EmergencyAccess.objects.filter(patient=patient).select_related("doctor")


def recent_emergencies(user: User) -> QuerySet[EmergencyAccess]:
    """Return the accesses to a patient's own record in the last 30 days."""
    check_permission(user, Permission.READ_OWN_REPORTS)
    since = timezone.now() - timedelta(days=30)
    return EmergencyAccess.objects.filter(patient__user=user, opened_at__gt=since).select_related("doctor")


def emergencies_to_review(user: User) -> QuerySet[EmergencyAccess]:
    """Return all accesses for administrators, those not reviewed yet first."""
    check_permission(user, Permission.OVERSEE_PRIVACY)
    return EmergencyAccess.objects.select_related("doctor", "reviewed_by").order_by(
        F("reviewed_at").desc(nulls_first=True), "-opened_at"
    )


def emergency_to_review(user: User, pk: UUID) -> EmergencyAccess:
    return one_of(emergencies_to_review(user).filter(pk=pk), _("No such emergency access."))
