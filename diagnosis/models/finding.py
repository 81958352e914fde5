from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnosis.models.analysis import Analysis
from diagnosis.models.picture import Picture


class Finding(models.Model):
    """A doctor's reading of a picture. A correction is a new row; the newest one counts."""

    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="findings")
    analysis = models.ForeignKey(  # whose result the doctor had in view
        Analysis, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    label = models.CharField(max_length=40)  # LEUKEMIA, BENIGN, a class of the card, UNCERTAIN or UNSUITABLE
    agrees = models.BooleanField(null=True, blank=True)  # with the label of that analysis
    note = models.TextField(max_length=2000, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.picture}: {self.label}"
