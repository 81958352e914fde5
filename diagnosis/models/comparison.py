from __future__ import annotations

from django.db import models
from django.utils import timezone

from diagnosis.models.analysis import Analysis
from diagnosis.models.model_release import ModelRelease


class Comparison(models.Model):
    """The answer of a second model that reads in silence: it is not a finding and stands on no page or report.

    Only counts of these rows are shown, and to administrators alone.
    """

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="comparisons")
    release = models.ForeignKey(ModelRelease, on_delete=models.PROTECT, related_name="comparisons")
    verdict = models.CharField(max_length=12)
    leukemia_score = models.FloatField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "release"], name="comparison_once_a_model"),
        ]

    def __str__(self) -> str:
        return f"{self.analysis}: {self.release}"
