from __future__ import annotations

from django.db import models

from diagnosis.models.analysis import Analysis
from leukplatform.accounts.models import User


class CellQuerySet(models.QuerySet["Cell"]):
    def visible_to(self, user: User) -> CellQuerySet:
        return self.filter(analysis__in=Analysis.objects.visible_to(user))


class Cell(models.Model):
    """A cell that an analysis found: where it lies, what it measures and what the machine takes it for.

    Lengths are in pixels of the picture as it is stored, origin top left. An outline is a list of corners [x, y].
    `name` is a class of the cell reader or "unidentified"; a doctor's other name for it is a `CellNaming`.
    """

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="read_cells", db_index=False)
    number = models.PositiveIntegerField()  # 1, 2, … within the analysis
    x = models.PositiveIntegerField()  # the box around the outline
    y = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    outline = models.JSONField()
    nucleus_outline = models.JSONField()
    at_border = models.BooleanField()  # cut by the edge of the picture
    measures = models.JSONField()  # CellMeasures as a dict
    name = models.CharField(max_length=30)
    confidence = models.FloatField()  # of the likeliest class, in [0, 1]
    blast_score = models.FloatField()  # in [0, 1]

    objects = CellQuerySet.as_manager()

    class Meta:
        ordering = ["analysis_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "number"], name="cell_number"),  # also the index by analysis
        ]

    def __str__(self) -> str:
        return f"Cell {self.number}: {self.name}"
