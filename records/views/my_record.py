"""The patient's side of privacy: who read their record, and a copy of all that is theirs."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from diagnosis.services import exports
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


@require_POST
@permission_required(Permission.READ_OWN_REPORTS)
def export(request: HttpRequest) -> HttpResponseBase:
    """The download begins once it is clear that it is the patient who sits there, and is written into the trail."""
    user = signed_in(request)
    if is_reauthentication_required(request, app="export"):
        messages.info(request, "Please confirm that it is you. Then press the button once more.")
        page = get_adapter().get_reauthentication_methods(user)[0]["url"]
        return redirect(f"{page}?{urlencode({'next': reverse('diagnosis:my-record')})}")
    try:
        prepared = exports.prepare(by=user)
    except exports.TooOften as refusal:
        messages.warning(request, str(refusal))
        return redirect("diagnosis:my-record")
    if prepared is None:
        return redirect("diagnosis:my-record")
    response = StreamingHttpResponse(prepared.stream(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{prepared.file_name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
