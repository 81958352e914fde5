"""The patient's side: their own signed reports in plain language, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnosis import selectors
from diagnosis.models import Conclusion, SignOff
from diagnosis.views.signoffs import send_report
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import selectors as patients

# The reading page that belongs to a conclusion; where there is none, how a report comes about.
_LEARN = {
    Conclusion.HAEMATOGONES: ("benign-haematogones", "About benign haematogones"),
    Conclusion.ALL_EARLY_PRE_B: ("early-pre-b", "About early pre-B acute lymphoblastic leukaemia"),
    Conclusion.ALL_PRE_B: ("pre-b", "About pre-B acute lymphoblastic leukaemia"),
    Conclusion.ALL_PRO_B: ("pro-b", "About pro-B acute lymphoblastic leukaemia"),
    Conclusion.ALL_UNSPECIFIED: ("acute-lymphoblastic-leukaemia", "About acute lymphoblastic leukaemia"),
}
_LEARN_ELSE = ("how-a-report-comes-about", "How a report comes about")


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def reports(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        reports = selectors.reports_of_patient(user)
        emergencies = list(patients.recent_emergencies(user))
        audit.record(
            Action.REPORT_LISTED,
            by=user,
            patient_id=reports[0].patient_id if reports else None,
            details={"reports": len(reports)},
        )
    return render(request, "diagnosis/my_reports.html", {"reports": reports, "emergencies": emergencies})


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        report = selectors.own_report(user, pk)
        # The selector gives the patient's view of the row, not the row: name it to the trail by its id.
        subject = SignOff(id=report.id)
        audit.record(Action.REPORT_VIEWED, by=user, subject=subject, patient_id=report.patient_id)
    slug, title = learn_page(report.conclusion)
    return render(request, "diagnosis/my_report.html", {"report": report, "learn_slug": slug, "learn_title": title})


@require_safe
@permission_required(Permission.READ_OWN_REPORTS)
def report_pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    return send_report(request, pk)


def learn_page(conclusion: str) -> tuple[str, str]:
    """Address and name of the reading page that belongs to a conclusion."""
    return _LEARN.get(Conclusion(conclusion), _LEARN_ELSE)
