"""Erasing a record: a doctor in charge asks for it, and an administrator carries it out or declines."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.models import Erasure
from records import selectors
from records.forms import CarryOutForm, DeclineForm, ErasureForm
from records.services import erasing, erasures
from records.services.erasures import WrongNumber


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.MANAGE_CARE)
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
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
            return redirect("records:ask-erasure", pk)
        else:
            messages.success(request, _("The erasure is requested. An administrator decides on it."))
            return redirect("records:ask-erasure", pk)
    context = {"form": form, "patient": patient, "asked": selectors.last_erasure(patient)}
    return render(request, "records/ask_erasure.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    if erasures.withdraw(patient=access.get_patient_in_care(user, pk), by=user):
        messages.success(request, _("The request is withdrawn. The record stays."))
    return redirect("records:ask-erasure", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OVERSEE_PRIVACY)
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the request, and carry it out for an administrator who types the number of the record."""
    user = signed_in(request)
    asked = selectors.erasure(user, pk)
    form = CarryOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.carry_out(erasure=asked, record_number=form.cleaned_data["record_number"], by=user)
        except Refused as refusal:
            messages.error(request, _("%(refusal)s Nothing was erased.") % {"refusal": refusal})
            return redirect("records:erasure", pk)
        messages.success(request, _("The record is erased."))
        return redirect("records:privacy")
    return _page(request, asked, form, DeclineForm())


@require_POST
@permission_required(Permission.OVERSEE_PRIVACY)
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    asked = selectors.erasure(user, pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, CarryOutForm(), form)
    try:
        erasures.decline(erasure=asked, answer=form.cleaned_data["answer"], by=user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The request is declined. The doctors in charge see why."))
    return redirect("records:privacy")


def _page(request: HttpRequest, asked: Erasure, form: CarryOutForm, decline: DeclineForm) -> HttpResponse:
    with transaction.atomic():
        audit.record(Action.PRIVACY_VIEWED, by=signed_in(request), subject=asked, patient_id=asked.record_id)
    until = erasing.retained_until(asked.patient) if asked.patient is not None else None
    context = {"asked": asked, "form": form, "decline": decline, "retained_until": until}
    return render(request, "records/erasure.html", context, status=422 if form.errors or decline.errors else 200)
