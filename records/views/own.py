"""The patient's own pages: signed reports in plain language, the readers of their record, a copy of their data."""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis.models import Conclusion, SignOff
from diagnosis.views.signoffs import send_report
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients.selectors import emergencies_of, recent_emergencies
from records import selectors
from records.readers import readings
from records.services import exports

# The education page that explains a conclusion: its slug and title.
_LEARN = {
    Conclusion.HAEMATOGONES: ("benign-haematogones", _("About benign haematogones")),
    Conclusion.ALL_EARLY_PRE_B: ("early-pre-b", _("About early pre-B acute lymphoblastic leukaemia")),
    Conclusion.ALL_PRE_B: ("pre-b", _("About pre-B acute lymphoblastic leukaemia")),
    Conclusion.ALL_PRO_B: ("pro-b", _("About pro-B acute lymphoblastic leukaemia")),
    Conclusion.ALL_UNSPECIFIED: ("acute-lymphoblastic-leukaemia", _("About acute lymphoblastic leukaemia")),
}
_LEARN_ELSE = ("how-a-report-comes-about", _("How a report comes about"))


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def reports(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        reports = selectors.own_reports(user)
        emergencies = list(recent_emergencies(user))
        audit.record(
            Action.REPORT_LISTED,
            by=user,
            patient_id=reports[0].patient_id if reports else None,
            details={"reports": len(reports)},
        )
    return render(request, "records/my_reports.html", {"reports": reports, "emergencies": emergencies})


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        report = selectors.own_report(user, pk)
        subject = SignOff(id=report.id)  # the trail names the row, of which the patient sees only a part
        audit.record(Action.REPORT_VIEWED, by=user, subject=subject, patient_id=report.patient_id)
    slug, title = learn_page(report.conclusion)
    return render(request, "records/my_report.html", {"report": report, "learn_slug": slug, "learn_title": title})


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def report_pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    return send_report(request, pk)


def learn_page(conclusion: str) -> tuple[str, str]:
    """Return the slug and title of the education page that explains a conclusion."""
    slug, title = _LEARN.get(Conclusion(conclusion), _LEARN_ELSE)
    return slug, str(title)


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def my_record(request: HttpRequest) -> HttpResponse:
    """Show the readers. Each visit is in the trail, but the list leaves out the patient's own."""
    user = signed_in(request)
    with transaction.atomic():
        patient = selectors.own_record(user)
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
        messages.info(request, gettext("Please confirm that it is you. Then press the button once more."))
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
