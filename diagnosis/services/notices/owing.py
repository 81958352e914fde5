"""Who is to be told what. Called in the transaction of the event, so that the two stand or fall together."""

from __future__ import annotations

from uuid import UUID

from diagnosis.models import Analysis, Notice, NoticeKind, SignOff
from diagnosis.services import queue
from leukplatform.accounts.models import User


def owe_case_analysed(last: Analysis) -> None:
    """To every doctor who asked for an analysis of the case; `last` is the one that ended last."""
    asked = Analysis.objects.filter(picture__case=last.picture.case).values("requested_by")
    for doctor in User.objects.filter(pk__in=asked, is_active=True):
        _owe(NoticeKind.CASE_ANALYSED, last.pk, doctor)


def owe_quarantined(analysis: Analysis) -> None:
    _owe(NoticeKind.QUARANTINED, analysis.pk, analysis.requested_by)


def owe_report_ready(signoff: SignOff) -> None:
    patient_account = signoff.case.patient.user
    if patient_account is not None:
        _owe(NoticeKind.REPORT_READY, signoff.pk, patient_account)


def _owe(kind: NoticeKind, subject_id: UUID, recipient: User) -> None:
    notice, is_new = Notice.objects.get_or_create(kind=kind, subject_id=subject_id, recipient=recipient)
    if is_new:
        queue.notice(notice)
