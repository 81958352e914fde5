"""The letters about a case. No clinical content and no name of a patient leaves by mail."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diagnosis import permissions
from diagnosis.models import Analysis, Case
from diagnosis.states import UNANSWERED, UNFINISHED, AnalysisStatus
from leukplatform.accounts.letters import owner
from leukplatform.letters.kinds import Context, Kind, NotYet, absolute, register
from leukplatform.letters.models import Letter


def register_kinds() -> None:
    """Make the letters about cases known."""
    register(Kind("case_analysed", _("Pictures of a case analysed"), _case_analysed))
    register(Kind("analysis_quarantined", _("Analysis set aside"), _analysis_quarantined))


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
