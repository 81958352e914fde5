"""A doctor's actions on an analysis: request, try again, cancel."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis import permissions, policies
from diagnosis.models import Analysis, ModelRelease, Picture
from diagnosis.services import cases, queue
from diagnosis.states import UNFINISHED, AnalysisStatus
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def request(*, picture: Picture, by: User) -> Analysis:
    """Queue an analysis of the picture by the release that is active now."""
    cases.lock(picture.case)
    permissions.check_can_request_analysis(by, picture)
    picture = Picture.objects.select_related("case__patient").get(pk=picture.pk)
    policies.check_can_request_analysis(picture)
    return _insert(picture=picture, by=by, details={})


@transaction.atomic
def retry(*, analysis: Analysis, by: User) -> Analysis:
    """A new analysis of the picture whose last one failed, was set aside or cancelled; the old row stays as it is."""
    cases.lock(analysis.picture.case)
    permissions.check_can_request_analysis(by, analysis.picture)
    analysis = Analysis.objects.select_related("picture__case__patient").get(pk=analysis.pk)
    policies.check_can_retry_analysis(analysis)
    return _insert(picture=analysis.picture, by=by, details={"retry_of": str(analysis.pk)})


def _insert(*, picture: Picture, by: User, details: dict[str, object]) -> Analysis:
    release = ModelRelease.objects.filter(is_active=True).first()
    if release is None:
        raise policies.Refused(policies.NO_RELEASE)
    answered = picture.analyses.filter(release=release, status=AnalysisStatus.SUCCEEDED)
    if answered.exclude(reader="").exists():  # one without a reader knows nothing of the single cells
        raise policies.Refused(
            _("Picture %(position)s was analysed by %(release)s already; the answer would be the same.")
            % {"position": picture.position, "release": release}
        )
    analysis = Analysis.objects.create(picture=picture, release=release, requested_by=by)
    audit.record(
        Action.ANALYSIS_REQUESTED,
        by=by,
        subject=analysis,
        patient_id=picture.case.patient_id,
        details={"picture": str(picture.pk), "model": release.name, "version": release.version, **details},
    )
    queue.analysis(analysis)
    return analysis


@transaction.atomic
def cancel(*, analysis: Analysis, by: User) -> Analysis:
    """End an analysis that is not finished. The computing of one that has started is not interrupted, but its result is
    not written: the row no longer belongs to the attempt.
    """
    cases.lock(analysis.picture.case)
    permissions.check_can_request_analysis(by, analysis.picture)
    if not _cancel_if_unfinished(analysis, by):
        analysis.refresh_from_db()
        policies.check_can_cancel_analysis(analysis)
    analysis.refresh_from_db()
    return analysis


def cancel_unfinished(*, picture: Picture, by: User) -> None:
    """Cancel what is under way for a picture that leaves its case. The caller has checked and holds the case's lock."""
    for analysis in picture.analyses.filter(status__in=UNFINISHED).select_related("picture__case"):
        _cancel_if_unfinished(analysis, by)


def _cancel_if_unfinished(analysis: Analysis, by: User) -> bool:
    """One conditional update, so that a worker's claim or result at the same moment wins or loses as a whole."""
    cancelled = Analysis.objects.filter(pk=analysis.pk, status__in=UNFINISHED).update(
        status=AnalysisStatus.CANCELLED, finished_at=timezone.now(), lease_expires_at=None, heartbeat_at=None
    )
    if cancelled:
        audit.record(Action.ANALYSIS_CANCELLED, by=by, subject=analysis, patient_id=analysis.picture.case.patient_id)
    return bool(cancelled)
