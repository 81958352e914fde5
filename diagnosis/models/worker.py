from __future__ import annotations

from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """A worker process that reports itself, so that the admin sees who is at work with any broker."""

    name = models.CharField(max_length=200, primary_key=True)  # Celery's node name, e.g. celery@host
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
