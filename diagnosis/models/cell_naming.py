from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnosis.models.cell import Cell
from leukplatform.accounts.models import User

PREVIOUS = "previous"  # asked for instead of a name: the one that a cell had before its newest naming


class CellNamingQuerySet(models.QuerySet["CellNaming"]):
    def visible_to(self, user: User) -> CellNamingQuerySet:
        return self.filter(cell__in=Cell.objects.visible_to(user))


class CellNaming(models.Model):
    """A doctor's name for a cell. A correction is a new row; the newest one counts, and before the machine's."""

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="namings")
    name = models.CharField(max_length=30)  # a class of the cell reader, or "unidentified"
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CellNamingQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.cell_id}: {self.name}"
