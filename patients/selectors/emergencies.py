"""Records opened in an emergency: as their doctor, their patient and the administrators see them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients.models import EmergencyAccess, Patient
from patients.models.emergency import EmergencyAccessQuerySet

MISS = "no such record"  # why an attempt was refused, as the trail has it


def misses_of(user: User) -> int:
    """How often in the last hour the doctor tried a number and date of birth that fit no record. The trail counts."""
    since = timezone.now() - timedelta(hours=1)
    tries = AuditEvent.objects.filter(actor_id=str(user.pk), occurred_at__gt=since)
    return tries.filter(action=Action.EMERGENCY_REFUSED, details__why=MISS).count()


def own_emergencies(user: User) -> EmergencyAccessQuerySet:
    """The doctor's own that are open now."""
    return EmergencyAccess.objects.current().filter(doctor=user).select_related("patient")


def emergency(user: User, pk: UUID) -> EmergencyAccess:
    """One of the doctor's own, to end it."""
    found = EmergencyAccess.objects.filter(doctor=user, pk=pk).first()
    if found is None:
        raise Http404("No such access of yours.")
    return found


def emergency_of(user: User, patient: Patient) -> EmergencyAccess | None:
    """Under which this doctor reads this record now."""
    return EmergencyAccess.objects.current().filter(doctor=user, patient=patient).first()


def emergencies_of(patient: Patient) -> QuerySet[EmergencyAccess]:
    """All of a record that the caller was let to, newest first."""
    return EmergencyAccess.objects.filter(patient=patient).select_related("doctor")


def recent_emergencies(user: User) -> QuerySet[EmergencyAccess]:
    """Of a patient's own record in the last month: what their first page tells them."""
    check_permission(user, Permission.READ_OWN_REPORTS)
    since = timezone.now() - timedelta(days=30)
    return EmergencyAccess.objects.filter(patient__user=user, opened_at__gt=since).select_related("doctor")


def emergencies_to_review(user: User) -> QuerySet[EmergencyAccess]:
    """For administrators, who learn of the patient nothing but the id. Those not reviewed yet come first."""
    check_permission(user, Permission.OVERSEE_PRIVACY)
    return EmergencyAccess.objects.select_related("doctor", "reviewed_by").order_by(
        F("reviewed_at").desc(nulls_first=True), "-opened_at"
    )


def emergency_to_review(user: User, pk: UUID) -> EmergencyAccess:
    found = emergencies_to_review(user).filter(pk=pk).first()
    if found is None:
        raise Http404("No such emergency access.")
    return found
