from __future__ import annotations

import uuid
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leukplatform.letters import kinds


class LetterStatus(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    SENT = "SENT", _("Sent")
    DROPPED = "DROPPED", _("No longer to be sent")
    GIVEN_UP = "GIVEN_UP", _("Given up")


OPEN = (LetterStatus.WAITING, LetterStatus.GIVEN_UP)  # may still be sent


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> LetterQuerySet:
        return self.filter(status=LetterStatus.WAITING)

    def due(self) -> LetterQuerySet:
        """Select what may be tried now: first what found no mail server before, so that its pauses can grow."""
        return self.waiting().filter(due_at__lte=timezone.now()).order_by("-is_unanswered", "due_at")


class Letter(models.Model):
    """A mail that is owed: written in the transaction of its cause, sent by a worker afterwards.

    The row holds no text, no link and no key; the worker makes those when it sends, so that no backup holds them.
    `address` and `facts` are emptied as soon as the letter is sent or no longer to be sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)  # one of `kinds`
    subject_id = models.UUIDField(null=True, blank=True)  # of the row it is about, if that is not the recipient
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.EmailField(max_length=254, blank=True)  # of somebody without an account
    facts = models.JSONField(default=dict, blank=True)  # what cannot be looked up later; nothing of a patient
    status = models.CharField(max_length=8, choices=LetterStatus.choices, default=LetterStatus.WAITING)
    owed_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)  # not to be tried before; moved ahead by whoever tries
    revision = models.PositiveIntegerField(default=0)  # how often it was owed anew while it was open
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_since = models.DateTimeField(null=True, blank=True)
    is_unanswered = models.BooleanField(default=False)  # the last try found no mail server
    error = models.CharField(max_length=200, blank=True)  # why the last try failed
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["owed_at", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="WAITING"), name="letter_due"),
            models.Index(fields=["settled_at"], name="letter_settled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "recipient"],
                condition=Q(status__in=["WAITING", "GIVEN_UP"]),
                name="letter_open_once",
            ),
            models.CheckConstraint(condition=Q(status__in=LetterStatus.values), name="letter_status_known"),
            models.CheckConstraint(
                condition=Q(status="WAITING", settled_at__isnull=True)
                | (~Q(status="WAITING") & Q(settled_at__isnull=False)),
                name="letter_settled_whole",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient__isnull=True) & (~Q(address="") | Q(status__in=["SENT", "DROPPED"]))),
                name="letter_goes_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["WAITING", "GIVEN_UP"]) | Q(address="", facts={}, error=""),
                name="letter_ended_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.get_status_display()})"

    @property
    def about(self) -> UUID:
        """Return the id of the row that the letter is about. For kinds that are owed with one."""
        assert self.subject_id is not None
        return self.subject_id

    @property
    def label(self) -> str:
        """Say in words what the letter is about, for the administrator."""
        return kinds.label_of(self.kind)
