"""The right to work on an analysis: claims with a lease and an attempt number that fences late results."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from diagnosis.models import Analysis
from diagnosis.models.analysis import AnalysisQuerySet
from diagnosis.states import AnalysisStatus
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

logger = logging.getLogger(__name__)

_LONGEST_WAIT = 60  # seconds from a claim given back to the next one, beside ANALYSIS_WAKE_AFTER


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's right to compute one analysis, and what it needs for that."""

    analysis_id: UUID
    attempt: int
    given_back: int  # attempts that ended because the storage was down
    file: str  # storage name of the picture
    um_per_pixel: float | None  # as a doctor stated it
    model_folder: str  # found by services.releases.place
    model_digest: str
    model_parameters: str


def lapsed() -> Q:
    """RUNNING, but the lease is over or its holder has fallen silent."""
    now = timezone.now()
    silence = timedelta(seconds=settings.ANALYSIS_HEARTBEAT_TIMEOUT)
    return Q(status=AnalysisStatus.RUNNING) & (Q(lease_expires_at__lt=now) | Q(heartbeat_at__lt=now - silence))


def has_attempts_left() -> Q:
    return Q(attempt__lt=F("given_back") + settings.ANALYSIS_MAX_ATTEMPTS)


def held_under(claim: Claim) -> AnalysisQuerySet:
    """The row, if the claim still holds it."""
    return Analysis.objects.filter(pk=claim.analysis_id, status=AnalysisStatus.RUNNING, attempt=claim.attempt)


@transaction.atomic
def claim(*, analysis_id: UUID) -> Claim | None:
    """Take an analysis that waits, or whose worker is gone; None when there is nothing to do.

    One conditional UPDATE: of two workers with the same message exactly one changes the row.
    """
    now = timezone.now()
    claimable = Q(status=AnalysisStatus.QUEUED) | lapsed()
    claimed = Analysis.objects.filter(claimable & has_attempts_left(), pk=analysis_id).update(
        status=AnalysisStatus.RUNNING,
        attempt=F("attempt") + 1,
        lease_expires_at=now + timedelta(seconds=settings.ANALYSIS_LEASE),
        heartbeat_at=now,
        started_at=now,
    )
    if not claimed:
        return None
    analysis = Analysis.objects.select_related("picture__case", "release").get(pk=analysis_id)
    _record(Action.ANALYSIS_CLAIMED, analysis)
    return Claim(
        analysis_id=analysis.pk,
        attempt=analysis.attempt,
        given_back=analysis.given_back,
        file=analysis.picture.file,
        um_per_pixel=analysis.picture.um_per_pixel,
        model_folder=analysis.release.folder,
        model_digest=analysis.release.digest,
        model_parameters=analysis.release.parameters,
    )


def heartbeat(*, claim: Claim) -> bool:
    """Show that the holder is alive; False when the claim is lost."""
    return bool(held_under(claim).update(heartbeat_at=timezone.now()))


@transaction.atomic
def give_back(*, claim: Claim) -> bool:
    """Give a claim back because the storage or the database is down. The attempt does not count against the picture.

    The upkeep wakes the row again, later after each time, so that an outage of hours does not fill the trail.
    """
    wait = min(2 ** min(claim.given_back, 10), _LONGEST_WAIT)
    is_given_back = held_under(claim).update(
        status=AnalysisStatus.QUEUED,
        given_back=F("given_back") + 1,
        lease_expires_at=None,
        heartbeat_at=None,
        woken_at=timezone.now() + timedelta(seconds=wait),
    )
    if is_given_back:
        analysis = Analysis.objects.select_related("picture__case").get(pk=claim.analysis_id)
        _record(Action.ANALYSIS_GIVEN_BACK, analysis)
    return bool(is_given_back)


@contextmanager
def kept_alive(claim: Claim) -> Iterator[None]:
    """Sends heartbeats from a thread of its own while the block computes."""
    is_over = threading.Event()

    def beat() -> None:
        is_held = True
        while is_held and not is_over.wait(settings.ANALYSIS_HEARTBEAT_INTERVAL):
            try:
                is_held = heartbeat(claim=claim)
            except DatabaseError:  # the next one may get through; after too many another worker takes over
                logger.warning("A heartbeat of analysis %s was not taken", claim.analysis_id, exc_info=True)
                connection.close()
        connection.close()  # this thread's own

    thread = threading.Thread(target=beat, name=f"heartbeat {claim.analysis_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _record(action: Action, analysis: Analysis) -> None:
    audit.record(
        action,
        by=None,
        subject=analysis,
        patient_id=analysis.picture.case.patient_id,
        details={"attempt": analysis.attempt},
    )
