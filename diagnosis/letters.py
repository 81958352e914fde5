"""The letters about a patient's record. No clinical content and no name of a patient leaves by mail."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diagnosis import permissions
from diagnosis.models import Analysis, Case, SignOff
from diagnosis.states import UNANSWERED, UNFINISHED, AnalysisStatus
from leukplatform.accounts.letters import owner
from leukplatform.accounts.roles import Role
from leukplatform.letters.kinds import Context, Kind, NotYet, absolute, register
from leukplatform.letters.models import Letter
from patients.models import EmergencyAccess


def register_kinds() -> None:
    """Make the letters about records known."""
    register(Kind("case_analysed", _("Pictures of a case analysed"), _case_analysed))
    register(Kind("analysis_quarantined", _("Analysis set aside"), _analysis_quarantined))
    register(Kind("report_ready", _("Report ready"), _report_ready))
    register(Kind("emergency_access", _("Record opened in an emergency"), _emergency_access))


def _case_analysed(letter: Letter) -> Context | None:
    """Say how the pictures of the case ended, once none of them is waiting or being analysed."""
    case = Case.objects.select_related("patient").filter(pk=letter.about).first()
    if case is None or not permissions.can_edit_case(owner(letter), case):  # the patient is in other hands by now
        return None
    if Analysis.objects.filter(picture__case=case, status__in=UNFINISHED).exists():
        raise NotYet(timedelta(seconds=settings.CASE_QUIET_TIME))
    pictures = case.pictures.counted()
    analysed = pictures.filter(analyses__status=AnalysisStatus.SUCCEEDED).distinct()
    failed = pictures.filter(analyses__status__in=UNANSWERED).exclude(pk__in=analysed).distinct()
    counts = {"succeeded": analysed.count(), "failed": failed.count()}
    if not any(counts.values()):  # every picture was removed
        return None
    return {"number": case.number, **counts, "url": absolute(reverse("diagnosis:case", args=[case.pk]))}


def _analysis_quarantined(letter: Letter) -> Context | None:
    analysis = Analysis.objects.select_related("picture__case__patient").filter(pk=letter.about).first()
    if analysis is None or not permissions.can_edit_case(owner(letter), analysis.picture.case):
        return None
    return {
        "number": analysis.picture.case.number,
        "position": analysis.picture.position,
        "url": absolute(reverse("diagnosis:picture", args=[analysis.picture_id])),
    }


def _report_ready(letter: Letter) -> Context | None:
    signoff = SignOff.objects.select_related("case__patient").filter(pk=letter.about).first()
    if signoff is None or signoff.case.patient.user_id != letter.recipient_id:  # unlinked from the record
        return None
    return {"url": absolute(reverse("diagnosis:my-report", args=[signoff.pk]))}


def _emergency_access(letter: Letter) -> Context | None:
    opened = EmergencyAccess.objects.select_related("doctor").filter(pk=letter.about).first()
    if opened is None:
        return None
    pages = {Role.ADMIN: reverse("diagnosis:privacy"), Role.PATIENT: reverse("diagnosis:my-record")}
    path = pages.get(Role(owner(letter).role)) or reverse("diagnosis:record", args=[opened.patient_id])
    return {"opened": opened, "url": absolute(path)}
