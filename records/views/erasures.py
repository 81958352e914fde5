"""A doctor in charge asks that a record be erased, or takes that back. An administrator decides (diagnosis)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access, selectors
from patients.errors import Refused, WrongNumber
from patients.forms import ErasureForm
from patients.services import erasures


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.MANAGE_CARE)
def request_erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        patient = access.get_patient_in_care(user, pk)
        audit.record(Action.PATIENT_VIEWED, by=user, subject=patient, patient_id=patient.pk)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasures.request(patient=patient, by=user, **form.cleaned_data)
        except WrongNumber as refusal:
            form.add_error("record_number", str(refusal))
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("patients:erasure", pk)
        else:
            messages.success(request, "The erasure is asked for. An administrator decides on it.")
            return redirect("patients:erasure", pk)
    context = {"form": form, "patient": patient, "asked": selectors.last_erasure(patient)}
    return render(request, "patients/erasure.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    if erasures.withdraw(patient=access.get_patient_in_care(user, pk), by=user):
        messages.success(request, "The request is withdrawn. The record stays.")
    return redirect("patients:erasure", pk)
