"""The patient's side of privacy: who read their record, and a copy of all that is theirs."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import selectors


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def my_record(request: HttpRequest) -> HttpResponse:
    """Written into the trail like every read; the list leaves out what patients do themselves."""
    user = signed_in(request)
    with transaction.atomic():
        patient = selectors.own_record(user)
        context: dict[str, object] = {"has_record": patient is not None}
        if patient is not None:
            audit.record(Action.PRIVACY_VIEWED, by=user, subject=patient, patient_id=patient.pk)
            context |= {
                "page_obj": selectors.readings(patient, page=request.GET.get("page")),
                "emergencies": list(selectors.emergencies_of(patient)),
            }
    return render(request, "diagnosis/my_record.html", context)
