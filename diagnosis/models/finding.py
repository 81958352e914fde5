from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnosis.models.analysis import Analysis


class Source(models.TextChoices):
    MACHINE = "MACHINE", "Machine"
    DOCTOR = "DOCTOR", "Doctor"


class Finding(models.Model):
    """What the model, or a doctor, says a picture shows. A correction is a new row; the machine's is never edited."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="findings")
    source = models.CharField(max_length=8, choices=Source.choices)
    label = models.CharField(max_length=40)  # a class of the card, or UNSUITABLE, or UNCERTAIN
    agrees = models.BooleanField(null=True, blank=True)  # doctor's rows: with the machine's label?
    note = models.TextField(max_length=2000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["analysis"], condition=models.Q(source=Source.MACHINE), name="finding_one_of_machine"
            ),
            models.CheckConstraint(
                condition=models.Q(source=Source.MACHINE, made_by__isnull=True)
                | models.Q(source=Source.DOCTOR, made_by__isnull=False),
                name="finding_doctor_has_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.label}"
