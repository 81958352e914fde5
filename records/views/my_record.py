"""The patient's pages on privacy: the readers of their record, and a copy of their data."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients.selectors import emergencies_of
from records.readers import readings
from records.selectors import own_record
from records.services import exports


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def my_record(request: HttpRequest) -> HttpResponse:
    """Show the readers. Each visit is in the trail, but the list leaves out the patient's own."""
    user = signed_in(request)
    with transaction.atomic():
        patient = own_record(user)
        context: dict[str, object] = {"has_record": patient is not None}
        if patient is not None:
            audit.record(Action.PRIVACY_VIEWED, by=user, subject=patient, patient_id=patient.pk)
            context |= {
                "page_obj": readings(patient, page=request.GET.get("page")),
                "emergencies": list(emergencies_of(patient)),
            }
    return render(request, "records/my_record.html", context)


@require_POST
@permission_required(Permission.READ_OWN_REPORTS)
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the export, once the password or a second factor has shown that it is the patient who asks."""
    user = signed_in(request)
    if is_reauthentication_required(request, app="export"):
        messages.info(request, _("Please confirm that it is you. Then press the button once more."))
        page = get_adapter().get_reauthentication_methods(user)[0]["url"]
        return redirect(f"{page}?{urlencode({'next': reverse('records:my-record')})}")
    try:
        prepared = exports.prepare(by=user)
    except exports.TooOften as refusal:
        messages.warning(request, str(refusal))
        prepared = None
    if prepared is None:
        return redirect("records:my-record")
    response = StreamingHttpResponse(prepared.stream(), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, prepared.file_name)
    response["Cache-Control"] = "private, no-store"  # not shown: HTTP
    response["X-Content-Type-Options"] = "nosniff"
    return response
