"""The administrator's page on privacy: what was opened in an emergency, erasures, records without a doctor."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnosis.services import erasures
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import selectors
from patients.errors import Refused as PatientRefused
from patients.forms import AddDoctorForm, CarryOutForm, DeclineForm
from patients.models import Erasure
from patients.services import care, emergencies
from patients.services import erasures as requests

PAGE_SIZE = 25


@require_safe
@permission_required(Permission.OVERSEE_PRIVACY)
@transaction.atomic
def overview(request: HttpRequest) -> HttpResponse:
    """Patients appear by the beginning of their id alone."""
    user = signed_in(request)
    page = Paginator(selectors.emergencies_to_review(user), PAGE_SIZE).get_page(request.GET.get("page"))
    unattended = selectors.unattended(user)
    context = {
        "page_obj": page,
        "unattended": unattended[:PAGE_SIZE],
        "unattended_count": unattended.count(),
        "erasures": selectors.erasures(user)[:PAGE_SIZE],
    }
    audit.record(Action.PRIVACY_VIEWED, by=user, details={"emergencies": len(page.object_list)})
    return render(request, "diagnosis/privacy.html", context)


@require_POST
@permission_required(Permission.OVERSEE_PRIVACY)
def review_emergency(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    if emergencies.review(opened=selectors.emergency_to_review(user, pk), by=user):
        messages.success(request, "The emergency access is marked as reviewed.")
    return redirect("diagnosis:privacy")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OVERSEE_PRIVACY)
def assign_doctor(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Of a record that has none. The administrator sees the id, the last doctor and nothing of what is in it."""
    user = signed_in(request)
    record = selectors.unattended_record(user, pk)
    form = AddDoctorForm(request.POST or None, patient=record)
    if request.method == "POST" and form.is_valid():
        doctor = form.cleaned_data["doctor"]
        try:
            care.assign(patient=record, doctor=doctor, by=user)
        except PatientRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"{doctor.name} cares for the record now and sees it in the list of patients.")
        return redirect("diagnosis:privacy")
    return render(request, "diagnosis/assign_doctor.html", {"form": form, "record": record})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OVERSEE_PRIVACY)
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Shows what is asked for, and carries it out for who types the number of the record."""
    user = signed_in(request)
    asked = selectors.erasure(user, pk)
    form = CarryOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasures.carry_out(erasure=asked, record_number=form.cleaned_data["record_number"], by=user)
        except PatientRefused as refusal:
            messages.error(request, f"{refusal} Nothing was erased.")
            return redirect("diagnosis:erasure", pk)
        else:
            messages.success(request, "The record is erased.")
            return redirect("diagnosis:privacy")
    return _erasure_page(request, asked, form, DeclineForm())


@require_POST
@permission_required(Permission.OVERSEE_PRIVACY)
def decline_erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    asked = selectors.erasure(user, pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _erasure_page(request, asked, CarryOutForm(), form)
    try:
        requests.decline(erasure=asked, answer=form.cleaned_data["answer"], by=user)
    except PatientRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The request is declined. The doctors in charge see why.")
    return redirect("diagnosis:privacy")


def _erasure_page(request: HttpRequest, asked: Erasure, form: CarryOutForm, decline: DeclineForm) -> HttpResponse:
    with transaction.atomic():
        audit.record(Action.PRIVACY_VIEWED, by=signed_in(request), subject=asked, patient_id=asked.record_id)
    until = erasures.retained_until(asked.patient) if asked.patient is not None else None
    context = {"asked": asked, "form": form, "decline": decline, "retained_until": until}
    return render(request, "diagnosis/erasure.html", context, status=422 if form.errors or decline.errors else 200)
