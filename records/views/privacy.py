"""The administrators' page on privacy: emergency accesses, erasures, records without a doctor."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import selectors
from patients.forms import AddDoctorForm
from patients.services import care, emergencies
from records.selectors import erasures

PAGE_SIZE = 25


@require_safe
@permission_required(Permission.OVERSEE_PRIVACY)
@transaction.atomic
def overview(request: HttpRequest) -> HttpResponse:
    """Show what needs an administrator, who sees only the first characters of a patient's id."""
    user = signed_in(request)
    page = Paginator(selectors.emergencies_to_review(user), PAGE_SIZE).get_page(request.GET.get("page"))
    unattended = selectors.unattended(user)
    context = {
        "page_obj": page,
        "unattended": unattended[:PAGE_SIZE],
        "unattended_count": unattended.count(),
        "erasures": erasures(user)[:PAGE_SIZE],
    }
    audit.record(Action.PRIVACY_VIEWED, by=user, details={"emergencies": len(page.object_list)})
    return render(request, "records/privacy.html", context)


@require_POST
@permission_required(Permission.OVERSEE_PRIVACY)
def review_emergency(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    if emergencies.review(opened=selectors.emergency_to_review(user, pk), by=user):
        messages.success(request, _("The emergency access is marked as reviewed."))
    return redirect("records:privacy")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OVERSEE_PRIVACY)
def assign_doctor(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a doctor to a record without one. The administrator sees its id and its last doctor, but no contents."""
    user = signed_in(request)
    record = selectors.unattended_record(user, pk)
    form = AddDoctorForm(request.POST or None, patient=record)
    if request.method == "POST" and form.is_valid():
        doctor = form.cleaned_data["doctor"]
        try:
            care.assign(patient=record, doctor=doctor, by=user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            done = _("%(doctor)s cares for the record now and sees it in the list of patients.")
            messages.success(request, done % {"doctor": doctor.name})
        return redirect("records:privacy")
    return render(request, "records/assign_doctor.html", {"form": form, "record": record})
