from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from patients.models.patient import Patient


class ErasureGround(models.TextChoices):
    ASKED_FOR = "ASKED_FOR", "The patient asks for it"
    NOT_NEEDED = "NOT_NEEDED", "The record is no longer needed"
    MISTAKE = "MISTAKE", "The record was made by mistake"
    ORDERED = "ORDERED", "A court or an authority orders it"


class ErasureStatus(models.TextChoices):
    REQUESTED = "REQUESTED", "Requested"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"
    DECLINED = "DECLINED", "Declined"
    DONE = "DONE", "Carried out"


class Erasure(models.Model):
    """A doctor in charge asks that a record be erased, an administrator decides: two people, as it cannot be undone.

    The row outlives the record and tells that it was erased, when, by whom and on which ground. It keeps no words of
    anybody then, only the id under which the audit trail knows the record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.SET_NULL, related_name="erasures")
    record_id = models.UUIDField(editable=False)  # the patient's, which the trail keeps
    ground = models.CharField(max_length=12, choices=ErasureGround.choices)
    note = models.TextField(max_length=500, blank=True)  # of the doctor, for the administrator
    answer = models.TextField(max_length=500, blank=True)  # of the administrator, when declined
    status = models.CharField(max_length=10, choices=ErasureStatus.choices, default=ErasureStatus.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    highest_case = models.PositiveIntegerField(null=True, blank=True)  # its number is not given again

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(status="REQUESTED"), name="erasure_one_open"),
            models.CheckConstraint(condition=Q(status__in=ErasureStatus.values), name="erasure_status_known"),
            models.CheckConstraint(condition=Q(ground__in=ErasureGround.values), name="erasure_ground_known"),
            models.CheckConstraint(
                condition=Q(status="REQUESTED", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(status="REQUESTED") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="erasure_decision_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | Q(patient__isnull=True, note="", answer=""), name="erasure_keeps_no_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}, {self.requested_at:%Y-%m-%d}"
