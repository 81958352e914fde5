from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.states import CaseStatus
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import has_permission
from leukplatform.accounts.roles import Permission
from patients import access
from patients.models import Patient


class Specimen(models.TextChoices):
    BONE_MARROW_ASPIRATE = "BONE_MARROW_ASPIRATE", _("Bone-marrow aspirate")
    PERIPHERAL_BLOOD = "PERIPHERAL_BLOOD", _("Peripheral blood")


class Stain(models.TextChoices):
    MAY_GRUNWALD_GIEMSA = "MAY_GRUNWALD_GIEMSA", _("May-Grünwald-Giemsa")
    WRIGHT_GIEMSA = "WRIGHT_GIEMSA", _("Wright-Giemsa")
    WRIGHT = "WRIGHT", _("Wright")
    GIEMSA = "GIEMSA", _("Giemsa")
    LEISHMAN = "LEISHMAN", _("Leishman")
    OTHER = "OTHER", _("Other or unknown")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Facts that a doctor states about a case and may correct until it is signed: columns of `Case` by their names."""

    specimen: str
    stain: str
    magnification: int
    collected_on: date | None
    question: str


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """Working cases: doctors only. Patients read signed reports, never a case (selectors.reports)."""
        if not has_permission(user, Permission.OPEN_CASES):
            return self.none()
        return self.filter(patient__in=access.visible_to(user))

    def in_care_of(self, user: User) -> CaseQuerySet:
        """The doctor's work: without the records that were opened in an emergency."""
        if not has_permission(user, Permission.OPEN_CASES):
            return self.none()
        return self.filter(patient__in=access.keys_in_care_of(user))


class Case(models.Model):
    """One specimen of one patient, with its pictures, from submission to signed report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False)  # what people say to each other
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cases")
    specimen = models.CharField(max_length=24, choices=Specimen.choices)
    stain = models.CharField(max_length=24, choices=Stain.choices)
    magnification = models.PositiveSmallIntegerField()  # of the objective and eyepiece together, e.g. 1000
    collected_on = models.DateField(null=True, blank=True)
    question = models.TextField(max_length=2000)
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CaseStatus], default=CaseStatus.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # one form, one case

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["status", "-opened_at"], name="case_worklist"),
            models.Index(fields=["patient", "-opened_at"], name="case_patient"),
            models.Index(fields=["-opened_at", "-number"], name="case_newest"),  # the order of the worklist
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=[s.value for s in CaseStatus]), name="case_status"),
        ]

    def __str__(self) -> str:
        return f"Case {self.number}"
