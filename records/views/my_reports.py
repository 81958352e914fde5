"""The patient's own signed reports, in plain language."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from diagnosis.models import Conclusion, SignOff
from diagnosis.views.signoffs import send_report
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients.selectors import recent_emergencies
from records import selectors

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
