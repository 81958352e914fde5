"""E-mails that something is ready to be read. No clinical content and no name of a patient leaves by mail."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from diagnosis import permissions
from diagnosis.models import Analysis, Case, SignOff
from diagnosis.states import AnalysisStatus
from leukplatform.accounts import mail
from leukplatform.accounts.models import User


class Kind(StrEnum):
    CASE_ANALYSED = "case-analysed"  # to the doctors who asked
    REPORT_READY = "report-ready"  # to the patient


_CASE_ANALYSED = """Dear {name},

the pictures of case {number} have been worked through: {succeeded} analysed, {failed} failed.

Sign in to look at them:
{url}

leukplatform
"""

_REPORT_READY = """Dear {name},

a report from your doctor is ready for you. For your privacy this message does not say what is in it.

Sign in to read it:
{url}

If anything in it worries you, or you do not understand it, please call your doctor's office.

leukplatform
"""


def send(*, kind: Kind, subject_id: UUID) -> None:
    """Raises OSError (smtplib's errors are OSErrors) when the mail server does not take the message."""
    if kind is Kind.CASE_ANALYSED:
        _send_case_analysed(Case.objects.select_related("patient").get(pk=subject_id))
    else:
        _send_report_ready(SignOff.objects.select_related("case__patient__user").get(pk=subject_id))


def _send_case_analysed(case: Case) -> None:
    rows = Analysis.objects.filter(slide__case=case)
    doctors = User.objects.filter(pk__in=rows.values("requested_by"), is_active=True)
    for doctor in doctors:
        if not permissions.can_edit_case(doctor, case):  # the patient is in other hands by now
            continue
        _send(
            doctor,
            subject=f"Case {case.number}: pictures analysed",
            text=_CASE_ANALYSED.format(
                name=doctor.name,
                number=case.number,
                succeeded=rows.filter(status=AnalysisStatus.SUCCEEDED).count(),
                failed=rows.filter(status=AnalysisStatus.FAILED).count(),
                url=mail.absolute(reverse("diagnosis:case", args=[case.pk])),
            ),
        )


def _send_report_ready(signoff: SignOff) -> None:
    patient_account = signoff.case.patient.user
    if patient_account is None or not patient_account.is_active:
        return
    url = mail.absolute(reverse("diagnosis:my-report", args=[signoff.pk]))
    _send(
        patient_account,
        subject="A report is ready for you",
        text=_REPORT_READY.format(name=patient_account.name, url=url),
    )


def _send(user: User, *, subject: str, text: str) -> None:
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])
