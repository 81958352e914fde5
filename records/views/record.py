"""The record page of a patient: contact, care team, cases and reports."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leukplatform.accounts.permissions import has_permission, permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.models import CareAssignment
from patients.selectors import emergencies_of
from records import selectors

RECENT_EMERGENCIES = 5


@require_safe
@permission_required(Permission.VIEW_PATIENTS)
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        record = selectors.record(user, pk)
        care = list(CareAssignment.objects.current().filter(patient=record.patient).select_related("doctor"))
        emergencies = list(emergencies_of(record.patient)[:RECENT_EMERGENCIES])
        is_in_care = access.in_care_of(user).filter(pk=pk).exists()
        audit.record(Action.PATIENT_VIEWED, by=user, subject=record.patient, patient_id=record.patient.pk)
    context = {
        "record": record,
        "patient": record.patient,
        "care": care,
        "emergencies": emergencies,
        "can_edit": is_in_care and has_permission(user, Permission.EDIT_PATIENTS),
        "can_open_case": is_in_care and has_permission(user, Permission.OPEN_CASES),
        "can_manage_care": is_in_care and has_permission(user, Permission.MANAGE_CARE),
    }
    return render(request, "records/record.html", context)
