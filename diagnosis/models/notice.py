from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NoticeKind(models.TextChoices):
    CASE_ANALYSED = "CASE_ANALYSED", "Case analysed"  # of the analysis that ended last; to the doctors who asked
    QUARANTINED = "QUARANTINED", "Analysis set aside"  # of that analysis; to the doctor who asked
    REPORT_READY = "REPORT_READY", "Report ready"  # of the report; to the patient


class Notice(models.Model):
    """An e-mail that is owed: written in the transaction it speaks of, sent afterwards, once for each recipient."""

    kind = models.CharField(max_length=16, choices=NoticeKind.choices)
    subject_id = models.UUIDField()  # of the analysis or the report
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)  # not to be tried before; moved ahead by whoever tries
    woken_at = models.DateTimeField(default=timezone.now)  # last message sent for it
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)  # sent, or no longer to be sent
    is_sent = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(settled_at__isnull=True), name="notice_owed")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "recipient"], name="notice_once_for_each"),
            models.CheckConstraint(
                condition=Q(is_sent=False) | Q(settled_at__isnull=False), name="notice_sent_is_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.recipient_id}"
