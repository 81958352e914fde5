from __future__ import annotations

from django.db import models
from django.utils import timezone


class FilePlan(models.Model):
    """Files about to be stored below `prefix`: committed before the first of them, gone when a row names them.

    A plan that outlives its unit of work marks what a killed process left behind.
    """

    prefix = models.CharField(max_length=200)  # of storage names; ends in "/"
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return self.prefix
