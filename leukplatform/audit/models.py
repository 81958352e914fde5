from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.db import models
from django.utils import timezone

from leukplatform.audit import chain

Row = TypeVar("Row", bound=models.Model)


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row of the audit trail."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """The first of two doors: the database's triggers refuse the same, whoever asks (migrations/0003_guards.py)."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit trail is never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("The audit trail is never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit trail is never changed.")


class AuditEventQuerySet(AppendOnlyQuerySet["AuditEvent"]):
    def bulk_create(self, objs: Iterable[AuditEvent], *args: Any, **kwargs: Any) -> list[AuditEvent]:
        events = list(objs)
        for event in events:
            event.content_hash = event.hash_content()
        return super().bulk_create(events, *args, **kwargs)


class AuditEvent(models.Model):
    """One action: who did what, when, from where. No foreign keys: rows outlive their subjects and name no patient."""

    occurred_at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.CharField(max_length=36, blank=True)  # empty: nobody logged in, or the system itself
    actor_name = models.CharField(max_length=254, blank=True)  # of staff only; a patient's is looked up when read
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
    content_hash = models.CharField(max_length=66, editable=False)  # of all the fields above

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
        return f"{self.occurred_at:%Y-%m-%d %H:%M:%S} {self.actor_name or self.actor_id or 'system'} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("The audit trail is never changed.")
        self.content_hash = self.hash_content()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit trail is never deleted.")

    def hash_content(self) -> str:
        return chain.content_hash({name: getattr(self, name) for name in chain.FIELDS})


class AuditSeal(models.Model):
    """One link of the chain: which event came when, and what came before. Written by the database alone, at commit."""

    seq = models.BigIntegerField(primary_key=True)  # 1, 2, 3 ... without a gap, in the order of the commits
    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="seal"
    )  # no constraint: a seal has to outlive an event that somebody deleted, to tell of it
    content_hash = models.CharField(max_length=66)
    previous_hash = models.CharField(max_length=66, blank=True)
    hash = models.CharField(max_length=66)

    objects = AppendOnlyQuerySet["AuditSeal"].as_manager()

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Seals are written by the database.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit trail is never deleted.")
