from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.patient import Patient


class EmergencyKind(models.TextChoices):
    LIFE_THREATENING = "LIFE_THREATENING", _("Danger to life or of lasting harm")
    UNABLE_TO_ANSWER = "UNABLE_TO_ANSWER", _("The patient cannot speak for themselves")
    NOBODY_REACHED = "NOBODY_REACHED", _("Urgent, and no doctor in charge can be reached")
    OTHER = "OTHER", _("Another emergency")


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def current(self) -> EmergencyAccessQuerySet:
        """Return those that are open now. The query compares the time, so no job has to close them."""
        return self.filter(ended_at__isnull=True, expires_at__gt=timezone.now())


class EmergencyAccess(models.Model):
    """A doctor not in charge opened this record ("broke the glass"), to read it for a limited time.

    The time is never extended. A doctor who needs it longer states the reason again, and everybody is told again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergencies")
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergencies")
    kind = models.CharField(max_length=20, choices=EmergencyKind.choices)
    reason = models.TextField(max_length=500)  # read by the patient and the administrators
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # before its time
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        verbose_name_plural = _("emergency accesses")
        indexes = [
            models.Index(fields=["doctor", "patient", "expires_at"], name="emergency_open"),
            models.Index(fields=["reviewed_at", "-opened_at"], name="emergency_review"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="emergency_ends"),
            models.CheckConstraint(condition=~Q(reason=""), name="emergency_has_reason"),
            models.CheckConstraint(condition=Q(kind__in=EmergencyKind.values), name="emergency_kind_known"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="emergency_review_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def closed_at(self) -> datetime:
        """The time at which the access ended or will end."""
        return self.ended_at or self.expires_at

    @property
    def is_current(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
