"""For administrators: records without a doctor, and erasures. They learn of a patient nothing but the id."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import Http404

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from patients.models import CareAssignment, Erasure, ErasureStatus, Patient


def unattended(user: User) -> QuerySet[Patient]:
    """Records that no doctor can open by their care: all accounts closed, or in another role by now.

    With `last_doctor`, the name of whoever cared for the patient last.
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
    found = unattended(user).filter(pk=pk).first()
    if found is None:
        raise Http404("No such record without a doctor.")
    return found


def erasures(user: User) -> QuerySet[Erasure]:
    """Open requests first, then the newest decisions."""
    check_permission(user, Permission.OVERSEE_PRIVACY)
    return Erasure.objects.select_related("requested_by", "decided_by").order_by(
        F("decided_at").desc(nulls_first=True), "-requested_at"
    )


def erasure(user: User, pk: UUID) -> Erasure:
    found = erasures(user).select_related("patient").filter(pk=pk).first()
    if found is None:
        raise Http404("No such request.")
    return found


def last_erasure(patient: Patient) -> Erasure | None:
    """What was asked last for a record that the caller was let to, for its doctors. Withdrawn ones are forgotten."""
    asked = patient.erasures.exclude(status=ErasureStatus.WITHDRAWN)
    return asked.select_related("requested_by").order_by("-requested_at").first()
