from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnosis.models.model_release import ModelRelease
from diagnosis.models.picture import Picture
from diagnosis.states import FINAL, UNFINISHED, AnalysisStatus
from diagnosis.wording import DECIDED
from leukplatform.accounts.models import User


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    def visible_to(self, user: User) -> AnalysisQuerySet:
        return self.filter(picture__in=Picture.objects.visible_to(user))


class Analysis(models.Model):
    """A job and its result in one row: the row is the truth, the broker's message only a wake-up call.

    A picture has at most one result of a release, which is one model digest with one set of parameters, and one cell
    reader. `attempt` fences: a result is written only while the row is RUNNING under the same attempt number.
    `given_back` counts the attempts that ended because the storage or the database was down, which do not count against
    the picture.

    Until there was a cell reader, the model of whole fields gave the verdict and drew `overlay` and `heatmap`; `cells`
    are what it was shown. Such a row has no `reader`; it stays as it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="analyses")
    release = models.ForeignKey(ModelRelease, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in AnalysisStatus], default=AnalysisStatus.QUEUED
    )
    attempt = models.PositiveSmallIntegerField(default=0)
    given_back = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)  # last sign of life of the worker that holds the lease
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    woken_at = models.DateTimeField(default=timezone.now)  # last message sent for it
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)  # fit for a doctor's eyes
    # the result; set together, once, with the rows of `Cell`
    verdict = models.CharField(max_length=12, blank=True)
    label = models.CharField(max_length=40, blank=True)  # the verdict in capitals; before `reader` a class of the card
    leukemia_score = models.FloatField(null=True, blank=True)
    reader = models.CharField(max_length=64, blank=True)  # SHA-256 of the cell reader's networks and rule
    scale = models.JSONField(null=True, blank=True)  # Scale as a dict
    count = models.JSONField(null=True, blank=True)  # CellCount as a dict
    heat = models.JSONField(null=True, blank=True)  # HeatGrid as a dict; null where the model shows no places
    quality = models.JSONField(default=dict, blank=True)  # QualityReport as a dict
    seconds = models.JSONField(default=dict, blank=True)
    # The subtype that the model of whole fields suggests. `prediction_set` is {"coverage": 0.95, "classes": [...]}:
    # what cannot be ruled out at the coverage on the model's card; null where the card states none or the picture is
    # unfamiliar. `novelty` is Novelty as a dict; null where the card knows none.
    model_verdict = models.CharField(max_length=12, blank=True)  # of that model alone: for comparing models
    probabilities = models.JSONField(default=dict, blank=True)  # class name -> probability, in the card's order
    prediction_set = models.JSONField(null=True, blank=True)
    novelty = models.JSONField(null=True, blank=True)
    # before there was a cell reader
    cells = models.JSONField(default=list, blank=True)  # types.Cell as dicts
    overlay = models.CharField(max_length=200, blank=True)  # storage names
    heatmap = models.CharField(max_length=200, blank=True)

    objects: ClassVar[AnalysisQuerySet] = AnalysisQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-requested_at"]
        verbose_name_plural = "analyses"
        indexes = [
            models.Index(fields=["status", "lease_expires_at"], name="analysis_queue"),
            models.Index(fields=["picture", "-requested_at"], name="analysis_picture"),
            models.Index(fields=["-finished_at"], name="analysis_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "release"],
                condition=Q(status__in=sorted(UNFINISHED)),
                name="analysis_one_unfinished",
            ),
            models.UniqueConstraint(
                fields=["picture", "release", "reader"],
                condition=Q(status=AnalysisStatus.SUCCEEDED.value),
                name="analysis_one_result",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in AnalysisStatus]), name="analysis_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=AnalysisStatus.RUNNING.value)
                | Q(lease_expires_at__isnull=False, heartbeat_at__isnull=False),
                name="analysis_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.picture}, {self.release}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def shown_score(self) -> float | None:
        """The leukaemia score where the platform decided. Where it abstains, it shows none."""
        return self.leukemia_score if self.verdict in DECIDED else None

    @property
    def suggests_subtype(self) -> bool:
        """True if the answer of the model of whole fields is shown.

        It needs leukaemia by the cells and by that model, in a picture that is familiar to the model.
        """
        return self.is_familiar and self.verdict == self.model_verdict == "leukemia"

    @property
    def is_familiar(self) -> bool:
        """True if the model of whole fields knows pictures like this one from its training."""
        return self.novelty is not None and bool(self.novelty["score"] < self.novelty["warning_above"])

    @property
    def shown_heat(self) -> dict[str, Any] | None:
        """The heat map of that model, where the platform decided and the picture is familiar to it."""
        return self.heat if self.is_familiar and self.verdict in DECIDED else None

    @property
    def distribution(self) -> list[tuple[str, float]]:
        """Class name and probability, the likeliest first. (PostgreSQL does not keep the order of JSON keys.)"""
        return sorted(self.probabilities.items(), key=lambda item: (-item[1], item[0]))
