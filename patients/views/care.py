"""The doctors in charge of a patient, and the patient's own account."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access, selectors
from patients.forms import AddDoctorForm, ConnectAccountForm
from patients.services import care, patient_accounts


@require_safe
@permission_required(Permission.MANAGE_CARE)
def team(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def add_doctor(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    patient = access.get_patient_in_care(user, pk)
    form = AddDoctorForm(request.POST, patient=patient)
    if not form.is_valid():
        return _page(request, pk, doctor_form=form)
    doctor = form.cleaned_data["doctor"]
    done = _("%(doctor)s now cares for this patient too.") % {"doctor": doctor.name}
    return _answer(request, pk, lambda: care.add_doctor(patient=patient, doctor=doctor, by=user), done)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def end(request: HttpRequest, pk: UUID, assignment_pk: int) -> HttpResponse:
    user = signed_in(request)
    assignment = selectors.assignment(user, pk, assignment_pk)
    is_own = assignment.doctor_id == user.pk
    done = _("The patient is no longer in your care.") if is_own else _("The care has ended.")
    return _answer(request, pk, lambda: care.end(assignment=assignment, by=user), done, leaves=is_own)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def connect_account(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    patient = access.get_patient_in_care(user, pk)
    form = ConnectAccountForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, account_form=form)
    try:
        connected = patient_accounts.connect(patient=patient, email=form.cleaned_data["email"], by=user)
    except Refused as refusal:
        form.add_error("email", str(refusal))
        return _page(request, pk, account_form=form)
    invited, joined = _("An invitation is on its way to %(email)s."), _("The account of %(email)s is connected.")
    messages.success(request, (invited if connected.is_new else joined) % {"email": connected.account.email})
    return redirect("patients:care", pk)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def disconnect_account(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    patient = access.get_patient_in_care(user, pk)
    done = _("The account no longer shows this record.")
    return _answer(request, pk, lambda: patient_accounts.disconnect(patient=patient, by=user), done)


@require_POST
@permission_required(Permission.MANAGE_CARE)
def invite_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    patient = access.get_patient_in_care(user, pk)
    done = _("A new invitation is on its way. The earlier link no longer works.")
    return _answer(request, pk, lambda: patient_accounts.invite_again(patient=patient, by=user), done)


@transaction.atomic
def _page(
    request: HttpRequest,
    pk: UUID,
    *,
    doctor_form: AddDoctorForm | None = None,
    account_form: ConnectAccountForm | None = None,
) -> HttpResponse:
    user = signed_in(request)
    shown = selectors.care_team(user, pk)
    audit.record(Action.PATIENT_VIEWED, by=user, subject=shown.patient, patient_id=shown.patient.pk)
    context = {
        "patient": shown.patient,
        "team": shown,
        "doctor_form": doctor_form or AddDoctorForm(patient=shown.patient),
        "account_form": account_form or ConnectAccountForm(initial={"email": shown.patient.email}),
    }
    return render(request, "patients/care.html", context)


def _answer(
    request: HttpRequest, pk: UUID, service: Callable[[], object], done: str, *, leaves: bool = False
) -> HttpResponse:
    """Call the service, tell the outcome, and return to the page, or to the list when the page is no longer theirs."""
    try:
        service()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        if leaves:
            return redirect("patients:list")
    return redirect("patients:care", pk)
