from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.patient import Patient


class ErasureGround(models.TextChoices):
    ASKED_FOR = "ASKED_FOR", _("The patient asks for it")
    NOT_NEEDED = "NOT_NEEDED", _("The record is no longer needed")
    MISTAKE = "MISTAKE", _("The record was made by mistake")
    ORDERED = "ORDERED", _("A court or an authority orders it")


class ErasureStatus(models.TextChoices):
    REQUESTED = "REQUESTED", _("Requested")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    DECLINED = "DECLINED", _("Declined")
    DONE = "DONE", _("Carried out")


class Erasure(models.Model):
    """A doctor in charge asks to erase a record and an administrator decides: two people, because it cannot be undone.

    The row outlives the record and says when, by whom and on which ground it was erased. It keeps no free text,
    only the id under which the audit trail knows the record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.SET_NULL, related_name="erasures")
    record_id = models.UUIDField(editable=False)  # the id of the patient, which the trail keeps
    ground = models.CharField(max_length=12, choices=ErasureGround.choices)
    note = models.TextField(max_length=500, blank=True)  # from the doctor to the administrator
    answer = models.TextField(max_length=500, blank=True)  # from the administrator, when declined
    status = models.CharField(max_length=10, choices=ErasureStatus.choices, default=ErasureStatus.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    highest_case = models.PositiveIntegerField(null=True, blank=True)  # so that no case number is given twice

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
