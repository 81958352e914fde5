"""The letters. No clinical content and no name of a patient leaves by mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from diagnosis import permissions
from diagnosis.models import Analysis, Notice, NoticeKind, SignOff
from diagnosis.states import UNANSWERED, AnalysisStatus
from leukplatform.accounts import mail

_CASE_ANALYSED = """Dear {name},

the pictures of case {number} have been worked through: {succeeded} analysed, {failed} failed.

Sign in to look at them:
{url}

leukplatform
"""

_QUARANTINED = """Dear {name},

the analysis of picture {position} of case {number} was set aside: it was started several times, and its worker stopped
each time. It is not started again unless you ask for it. The picture may be the cause: take it again, or tell an
administrator.

Sign in to decide:
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


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def write(notice: Notice) -> Letter | None:
    """What is to be said now; None when the recipient may no longer know."""
    if not notice.recipient.is_active:
        return None
    if notice.kind == NoticeKind.REPORT_READY:
        return _report_ready(notice)
    analysis = Analysis.objects.select_related("picture__case__patient").get(pk=notice.subject_id)
    if not permissions.can_edit_case(notice.recipient, analysis.picture.case):  # the patient is in other hands by now
        return None
    return _quarantined(notice, analysis) if notice.kind == NoticeKind.QUARANTINED else _case_analysed(notice, analysis)


def _case_analysed(notice: Notice, last: Analysis) -> Letter:
    case = last.picture.case
    rows = Analysis.objects.filter(picture__case=case)
    text = _CASE_ANALYSED.format(
        name=notice.recipient.name,
        number=case.number,
        succeeded=rows.filter(status=AnalysisStatus.SUCCEEDED).count(),
        failed=rows.filter(status__in=UNANSWERED).count(),
        url=mail.absolute(reverse("diagnosis:case", args=[case.pk])),
    )
    return Letter(f"Case {case.number}: pictures analysed", text)


def _quarantined(notice: Notice, analysis: Analysis) -> Letter:
    case = analysis.picture.case
    text = _QUARANTINED.format(
        name=notice.recipient.name,
        position=analysis.picture.position,
        number=case.number,
        url=mail.absolute(reverse("diagnosis:picture", args=[analysis.picture_id])),
    )
    return Letter(f"Case {case.number}: an analysis was set aside", text)


def _report_ready(notice: Notice) -> Letter | None:
    signoff = SignOff.objects.select_related("case__patient").get(pk=notice.subject_id)
    if signoff.case.patient.user_id != notice.recipient_id:  # the account was unlinked from the record
        return None
    url = mail.absolute(reverse("records:my-report", args=[signoff.pk]))
    return Letter("A report is ready for you", _REPORT_READY.format(name=notice.recipient.name, url=url))
