"""The list of a doctor's patients, registration and correction. The record page is in `records`."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access, selectors
from patients.errors import RecordNumberTaken
from patients.forms import PatientForm, SearchForm
from patients.services import registration

PAGE_SIZE = 25


@require_safe
@permission_required(Permission.VIEW_PATIENTS)
@transaction.atomic
def patient_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(selectors.patients(user, query=query), PAGE_SIZE).get_page(request.GET.get("page"))
    details: dict[str, object] = {"page": page.number, "rows": len(page.object_list), "is_search": bool(query)}
    audit.record(Action.PATIENT_LISTED, by=user, details=details)
    return render(request, "patients/list.html", {"form": form, "query": query, "page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.REGISTER_PATIENTS)
def patient_create(request: HttpRequest) -> HttpResponse:
    form = PatientForm(request.POST or None)
    taken = None
    if request.method == "POST" and form.is_valid():
        try:
            patient = registration.register(person=form.cleaned_data, by=signed_in(request))
        except RecordNumberTaken as refusal:
            taken = refusal
            form.add_error("record_number", str(refusal))
        else:
            done = _("%(patient)s is registered and in your care.") % {"patient": patient.full_name}
            messages.success(request, done)
            return redirect(patient)
    return render(request, "patients/create.html", {"form": form, "taken": taken})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_PATIENTS)
def patient_update(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        patient = access.get_patient_in_care(user, pk)
        audit.record(Action.PATIENT_VIEWED, by=user, subject=patient, patient_id=patient.pk)
    form = PatientForm(request.POST or None, initial=model_to_dict(patient))
    if request.method == "POST" and form.is_valid():
        try:
            registration.update(patient=patient, person=form.cleaned_data, by=user)
        except RecordNumberTaken as refusal:
            form.add_error("record_number", str(refusal))
        else:
            messages.success(request, _("The changes are saved."))
            return redirect(patient)
    return render(request, "patients/update.html", {"form": form, "patient": patient})
