"""Models, workers and queue as an administrator sees them. Nothing clinical."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, F, Min, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.models import Analysis, Comparison, ModelRelease, Worker
from diagnosis.states import AnalysisStatus
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission

WORKER_SILENCE = timedelta(seconds=45)  # three missed reports


@dataclass(frozen=True, slots=True)
class QueueOverview:
    waiting: int
    running: int
    failed_24h: int
    quarantined_24h: int
    succeeded_24h: int
    oldest_waiting_since: datetime | None
    workers: list[Worker]  # those that reported lately
    silent_workers: list[Worker]  # those that stopped without a word

    @property
    def is_unattended(self) -> bool:
        """Work waits and nobody is there to do it."""
        return self.waiting > 0 and not self.workers


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two models read the same pictures: the one in use, and the one compared with it in silence."""

    used: ModelRelease
    compared: ModelRelease
    pictures: int
    same: int  # the same verdict
    opposite: int  # one says leukaemia, the other benign

    @property
    def rate(self) -> float:
        """Share of the pictures with the same verdict, 0..1; there is one picture at least."""
        return self.same / self.pictures


def releases(user: User) -> list[ModelRelease]:
    check_permission(user, Permission.MANAGE_MODELS)
    return list(ModelRelease.objects.all())


def agreements(user: User) -> list[Agreement]:
    """Every pair of models that has read a picture together, the one with most pictures first."""
    check_permission(user, Permission.MANAGE_MODELS)
    sides = ("leukemia", "benign"), ("benign", "leukemia")
    is_opposite = reduce(or_, (Q(analysis__model_verdict=one, verdict=other) for one, other in sides))
    pairs = list(
        Comparison.objects.order_by()
        .values("analysis__release", "release")
        .annotate(
            pictures=Count("pk"),
            same=Count("pk", filter=Q(verdict=F("analysis__model_verdict"))),
            opposite=Count("pk", filter=is_opposite),
        )
        .order_by("-pictures", "analysis__release", "release")
    )
    known = ModelRelease.objects.defer("card").in_bulk()
    return [
        Agreement(
            known[pair["analysis__release"]], known[pair["release"]], pair["pictures"], pair["same"], pair["opposite"]
        )
        for pair in pairs
    ]


def get_release(user: User, pk: int) -> ModelRelease:
    check_permission(user, Permission.MANAGE_MODELS)
    release = ModelRelease.objects.filter(pk=pk).first()
    if release is None:
        raise Http404(_("No such model release."))
    return release


def queue_overview(user: User) -> QueueOverview:
    check_permission(user, Permission.VIEW_QUEUE)
    now = timezone.now()
    is_recent = Q(finished_at__gte=now - timedelta(days=1))
    is_queued = Q(status=AnalysisStatus.QUEUED)
    counts = Analysis.objects.filter(
        Q(status__in=[AnalysisStatus.QUEUED, AnalysisStatus.RUNNING]) | is_recent
    ).aggregate(
        waiting=Count("pk", filter=is_queued),
        running=Count("pk", filter=Q(status=AnalysisStatus.RUNNING)),
        failed_24h=Count("pk", filter=Q(status=AnalysisStatus.FAILED) & is_recent),
        quarantined_24h=Count("pk", filter=Q(status=AnalysisStatus.QUARANTINED) & is_recent),
        succeeded_24h=Count("pk", filter=Q(status=AnalysisStatus.SUCCEEDED) & is_recent),
        oldest_waiting_since=Min("requested_at", filter=is_queued),
    )
    workers = list(Worker.objects.all())
    return QueueOverview(
        **counts,
        workers=[worker for worker in workers if worker.seen_at >= now - WORKER_SILENCE],
        silent_workers=[worker for worker in workers if worker.seen_at < now - WORKER_SILENCE],
    )
