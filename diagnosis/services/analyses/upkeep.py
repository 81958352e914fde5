"""Finds what was lost: messages that never arrived and workers that died. Run every few seconds by beat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Analysis
from diagnosis.services import queue
from diagnosis.services.analyses import results
from diagnosis.services.analyses.leases import has_attempts_left, lapsed
from diagnosis.states import AnalysisStatus, check_analysis_move
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

# A long queue is no loss: only its head is woken, so that needless messages stay few however long it is.
_WAKE_AT_ONCE = 50

GAVE_UP = _(
    "The analysis was started {attempts} times and its worker stopped each time. The picture may be the cause: "
    "take it again, or tell an administrator."
)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The counts of one round."""

    quarantined: int  # attempts used up
    requeued: int  # lease lapsed
    woken: int  # message lost


def requeue_stale() -> Upkeep:
    """Set aside what was attempted too often, queue again what lost its worker, wake what lost its message."""
    outcomes = [_revive(pk) for pk in Analysis.objects.filter(lapsed()).values_list("pk", flat=True)]
    return Upkeep(
        quarantined=outcomes.count(AnalysisStatus.QUARANTINED),
        requeued=outcomes.count(AnalysisStatus.QUEUED),
        woken=_wake_waiting(),
    )


@transaction.atomic
def _revive(analysis_id: UUID) -> AnalysisStatus | None:
    analysis = results.lock(analysis_id)
    row = Analysis.objects.filter(pk=analysis_id)
    if analysis is None or not row.filter(lapsed()).exists():  # erased, finished or claimed anew in the meantime
        return None
    if not row.filter(has_attempts_left()).exists():
        results.quarantine(analysis, GAVE_UP.format(attempts=analysis.attempt - analysis.given_back))
        return AnalysisStatus.QUARANTINED
    check_analysis_move(analysis.status, AnalysisStatus.QUEUED)
    analysis.status, analysis.woken_at = AnalysisStatus.QUEUED, timezone.now()
    analysis.lease_expires_at = analysis.heartbeat_at = None
    analysis.save(update_fields=["status", "woken_at", "lease_expires_at", "heartbeat_at"])
    audit.record(
        Action.ANALYSIS_REQUEUED,
        by=None,
        subject=analysis,
        patient_id=analysis.picture.case.patient_id,
        details={"attempt": analysis.attempt},
    )
    queue.analysis(analysis)
    return AnalysisStatus.QUEUED


def _wake_waiting() -> int:
    """Send the message again for those at the head of the queue that have not been woken for a while."""
    before = timezone.now() - timedelta(seconds=settings.ANALYSIS_WAKE_AFTER)
    waiting = Analysis.objects.filter(status=AnalysisStatus.QUEUED).order_by("requested_at")[:_WAKE_AT_ONCE]
    woken = 0
    for analysis in waiting:
        if analysis.woken_at >= before:
            continue
        with transaction.atomic():
            # Conditional, so that of two rounds at once only one sends.
            is_ours = Analysis.objects.filter(
                pk=analysis.pk, status=AnalysisStatus.QUEUED, woken_at=analysis.woken_at
            ).update(woken_at=timezone.now())
            if is_ours:
                queue.analysis(analysis)
                woken += 1
    return woken
