from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from patients.models.patient import Patient


class CareAssignmentQuerySet(models.QuerySet["CareAssignment"]):
    def current(self) -> CareAssignmentQuerySet:
        today = timezone.localdate()
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today), started_on__lte=today)


class CareAssignment(models.Model):
    """A doctor cares for a patient from `started_on` until the day before `ended_on` (open when null)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care")
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="care")
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CareAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["started_on", "id"]
        indexes = [models.Index(fields=["doctor", "ended_on"], name="care_doctor")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "doctor"], condition=Q(ended_on__isnull=True), name="care_one_open_per_doctor"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="care_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} cares for {self.patient} since {self.started_on}"  # not shown: for shells and logs
