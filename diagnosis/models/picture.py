from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnosis.models.case import Case
from leukplatform.accounts.models import User


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: User) -> PictureQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def counted(self) -> PictureQuerySet:
        """The pictures that the conclusion rests on: those not removed from the case."""
        return self.filter(removed_at__isnull=True)


class Picture(models.Model):
    """One picture of a smear, re-encoded at upload: PNG bytes of plain RGB pixels, no metadata.

    `sha256` is of the bytes that were uploaded, so that the same file is noticed; `stored_sha256` of what is kept.
    A removed picture stays in the record with the reason, but counts for nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pictures")
    position = models.PositiveSmallIntegerField()  # 1, 2, … within the case, never reused
    original_name = models.CharField(max_length=200)  # shown, never used as a path
    original_format = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200)  # storage names; the media view is the only reader
    thumbnail = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # bytes stored
    um_per_pixel = models.FloatField(null=True, blank=True)  # the scale as a doctor stated it; null: not stated
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removal_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[PictureQuerySet] = PictureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], condition=Q(removed_at__isnull=True), name="picture_once_per_case"
            ),
            models.UniqueConstraint(fields=["case", "position"], name="picture_position"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
                name="picture_removal_whole",
            ),
            models.CheckConstraint(
                condition=Q(um_per_pixel__isnull=True) | Q(um_per_pixel__gt=0), name="picture_scale_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}, picture {self.position}"

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None
