"""The worklist, and one case: its facts, its pictures, what is missing before it can be signed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from diagnosis import permissions, policies, selectors
from diagnosis.forms import CaseForm, WorklistFilterForm
from diagnosis.forms.picture import ACCEPT
from diagnosis.models import Case
from diagnosis.services import cases
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access


@require_safe
@permission_required(Permission.OPEN_CASES)
def worklist(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = WorklistFilterForm(request.GET)
    with transaction.atomic():
        page = selectors.worklist(user, status=form.wanted_status, query=form.query, page=request.GET.get("page", 1))
        audit.record(Action.WORKLIST_VIEWED, by=user, details={"cases": len(page.object_list)})
    is_filtered = bool(form.query or form.wanted_status)
    return render(request, "diagnosis/worklist.html", {"form": form, "page_obj": page, "is_filtered": is_filtered})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPEN_CASES)
def create(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        patient = access.get_patient_in_care(user, pk)
        audit.record(Action.PATIENT_VIEWED, by=user, subject=patient, patient_id=patient.pk)
    form = CaseForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["submission_key"]
        case = cases.open_case(patient=patient, facts=form.facts(), submission_key=key, by=user)
        messages.success(request, _("%(case)s is open. Add its pictures now.") % {"case": case})
        return redirect("diagnosis:case", case.pk)
    return render(request, "diagnosis/case_form.html", {"form": form, "patient": patient})


@require_safe
@permission_required(Permission.OPEN_CASES)
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "diagnosis/case.html", _read(request, pk))


@require_safe
@permission_required(Permission.OPEN_CASES)
def pictures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The grid of pictures alone, for htmx."""
    return render(request, "diagnosis/_pictures.html", _read(request, pk))


@require_safe
@permission_required(Permission.OPEN_CASES)
def readiness(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The fragment for htmx that lists what is missing before signing."""
    return render(request, "diagnosis/_readiness.html", _read(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPEN_CASES)
def update(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        case = selectors.get_case(user, pk)
        permissions.check_can_edit_case(user, case)
        audit.record(Action.CASE_VIEWED, by=user, subject=case, patient_id=case.patient_id)
    form = CaseForm(request.POST or None, instance=case, patient=case.patient)
    try:
        policies.check_can_edit_case(case)
        if request.method == "POST" and form.is_valid():
            cases.update(case=case, facts=form.facts(), by=user)
            messages.success(request, _("%(case)s was changed.") % {"case": case})
            return redirect("diagnosis:case", case.pk)
    except policies.Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("diagnosis:case", case.pk)
    return render(request, "diagnosis/case_form.html", {"form": form, "patient": case.patient, "case": case})


def _read(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Everything the page of a case and its two fragments show; reading it leaves a row."""
    user = signed_in(request)
    with transaction.atomic():
        detail = selectors.case_detail(user, pk)
        audit.record(
            Action.CASE_VIEWED,
            by=user,
            subject=detail.case,
            patient_id=detail.case.patient_id,
            details={"pictures": len(detail.pictures)},
        )
    return {
        "detail": detail,
        "case": detail.case,
        "patient": detail.case.patient,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 2**20,
        "accept": ACCEPT,
        "obstacles": policies.obstacles_to_sign(detail.case),
        **flags(user, detail.case),
    }


def flags(user: User, case: Case) -> dict[str, bool]:
    """Which buttons the pages of a case show. The services check again."""
    return {
        "can_edit": policies.can_edit_case(case) and permissions.can_edit_case(user, case),
        "can_add": policies.can_edit_case(case) and permissions.can_change_pictures(user, case),
        "can_sign": policies.can_sign(case) and permissions.can_sign(user, case),
    }
