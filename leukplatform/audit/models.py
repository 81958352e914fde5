from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row of the audit trail."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Audit events are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Audit events are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Audit events are never changed.")


class AuditEvent(models.Model):
    """Who did what, when, from where. No foreign keys: the trail outlives what it speaks of and names no patient."""

    occurred_at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.CharField(max_length=36, blank=True)  # empty: nobody logged in, or the system itself
    actor_name = models.CharField(max_length=254, blank=True)
    actor_role = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=36, blank=True)
    patient_id = models.CharField(max_length=36, blank=True)  # whose record it concerns
    details = models.JSONField(default=dict, blank=True)  # never clinical content, never a name
    channel = models.CharField(max_length=10)
    ip_address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=32, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        # Each filter of the reader ends in the order of the page, so that a page costs the same in a long trail.
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="audit_occurred"),
            models.Index(fields=["actor_id", "-occurred_at", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-occurred_at", "-id"], name="audit_action"),
            models.Index(fields=["patient_id", "-occurred_at", "-id"], name="audit_patient"),
            models.Index(fields=["subject_id", "-occurred_at", "-id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_at:%Y-%m-%d %H:%M:%S} {self.actor_name or 'system'} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Audit events are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Audit events are never deleted.")
