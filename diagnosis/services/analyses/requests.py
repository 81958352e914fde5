"""What a doctor does to an analysis: request, try again, cancel."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from diagnosis import permissions, policies
from diagnosis.models import Analysis, ModelRelease, Slide
from diagnosis.services import cases, queue
from diagnosis.states import UNFINISHED, AnalysisStatus
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def request(*, slide: Slide, by: User) -> Analysis:
    """Queue an analysis of the slide by the release that is active now."""
    cases.lock(slide.case)
    permissions.check_can_request_analysis(by, slide)
    slide = Slide.objects.select_related("case__patient").get(pk=slide.pk)
    policies.check_can_request_analysis(slide)
    return _insert(slide=slide, by=by, details={})


@transaction.atomic
def retry(*, analysis: Analysis, by: User) -> Analysis:
    """A new analysis of the slide whose last one failed, was set aside or cancelled; the old row stays as it is."""
    cases.lock(analysis.slide.case)
    permissions.check_can_retry_analysis(by, analysis)
    analysis = Analysis.objects.select_related("slide__case__patient").get(pk=analysis.pk)
    policies.check_can_retry_analysis(analysis)
    return _insert(slide=analysis.slide, by=by, details={"retry_of": str(analysis.pk)})


def _insert(*, slide: Slide, by: User, details: dict[str, object]) -> Analysis:
    release = ModelRelease.objects.filter(is_active=True).first()
    if release is None:
        raise policies.Refused(policies.NO_RELEASE)
    if slide.analyses.filter(release=release, status=AnalysisStatus.SUCCEEDED).exists():
        raise policies.Refused(
            f"Slide {slide.position} was analysed by {release} already; the answer would be the same."
        )
    analysis = Analysis.objects.create(slide=slide, release=release, requested_by=by)
    audit.record(
        Action.ANALYSIS_REQUESTED,
        by=by,
        subject=analysis,
        patient_id=slide.case.patient_id,
        details={"slide": str(slide.pk), "model": release.name, "version": release.version, **details},
    )
    queue.analysis(analysis)
    return analysis


@transaction.atomic
def cancel(*, analysis: Analysis, by: User) -> Analysis:
    """End an analysis that is not finished. The computing of one that has started is not interrupted, but its result is
    not written: the row no longer belongs to the attempt.
    """
    cases.lock(analysis.slide.case)
    permissions.check_can_cancel_analysis(by, analysis)
    if not _cancel_if_unfinished(analysis, by):
        analysis.refresh_from_db()
        policies.check_can_cancel_analysis(analysis)
    analysis.refresh_from_db()
    return analysis


def cancel_unfinished(*, slide: Slide, by: User) -> None:
    """Cancel what is under way for a slide that leaves its case. The caller has checked and holds the case's lock."""
    for analysis in slide.analyses.filter(status__in=UNFINISHED).select_related("slide__case"):
        _cancel_if_unfinished(analysis, by)


def _cancel_if_unfinished(analysis: Analysis, by: User) -> bool:
    """One conditional update, so that a worker's claim or result at the same moment wins or loses as a whole."""
    cancelled = Analysis.objects.filter(pk=analysis.pk, status__in=UNFINISHED).update(
        status=AnalysisStatus.CANCELLED, finished_at=timezone.now(), lease_expires_at=None, heartbeat_at=None
    )
    if cancelled:
        audit.record(Action.ANALYSIS_CANCELLED, by=by, subject=analysis, patient_id=analysis.slide.case.patient_id)
    return bool(cancelled)
