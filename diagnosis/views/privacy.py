"""The administrator's page on privacy: what was opened in an emergency, erasures, records without a doctor."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import selectors
from patients.services import emergencies

PAGE_SIZE = 25


@require_safe
@permission_required(Permission.OVERSEE_PRIVACY)
@transaction.atomic
def overview(request: HttpRequest) -> HttpResponse:
    """Patients appear by the beginning of their id alone."""
    user = signed_in(request)
    page = Paginator(selectors.emergencies_to_review(user), PAGE_SIZE).get_page(request.GET.get("page"))
    audit.record(Action.PRIVACY_VIEWED, by=user, details={"emergencies": len(page.object_list)})
    return render(request, "diagnosis/privacy.html", {"page_obj": page})


@require_POST
@permission_required(Permission.OVERSEE_PRIVACY)
def review_emergency(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    if emergencies.review(opened=selectors.emergency_to_review(user, pk), by=user):
        messages.success(request, "The emergency access is marked as reviewed.")
    return redirect("diagnosis:privacy")
