from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import has_permission
from leukplatform.accounts.roles import Permission


class Sex(models.TextChoices):
    """Administrative sex, as HL7 FHIR's administrative-gender."""

    FEMALE = "FEMALE", "Female"
    MALE = "MALE", "Male"
    OTHER = "OTHER", "Other"
    UNKNOWN = "UNKNOWN", "Unknown"


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        """Whom the user may read of: a doctor the patients in their care and the records they opened in an emergency.

        A patient reads of themselves, nobody else of anybody.
        """
        if has_permission(user, Permission.VIEW_PATIENTS):
            # Imported here: emergency.py needs Patient.
            from patients.models.emergency import EmergencyAccess

            opened = EmergencyAccess.objects.current().filter(doctor=user).values("patient_id")
            return self.filter(Q(pk__in=_in_care_of(user)) | Q(pk__in=opened))
        if has_permission(user, Permission.READ_OWN_REPORTS):
            return self.filter(user=user)
        return self.none()

    def in_care_of(self, user: User) -> PatientQuerySet:
        """The patients in a doctor's care today: those they may work on, and those their lists show."""
        return self.filter(pk__in=_in_care_of(user)) if has_permission(user, Permission.VIEW_PATIENTS) else self.none()


def _in_care_of(user: User) -> models.QuerySet[Any, Any]:
    # Imported here: care.py needs Patient.
    from patients.models.care import CareAssignment

    return CareAssignment.objects.patients_of(user)


class Patient(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_number = models.CharField(max_length=32)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex.choices)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address = models.CharField(max_length=300, blank=True)
    user = models.OneToOneField(  # the patient's own account
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="patient"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PatientQuerySet] = PatientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["family_name", "given_name", "record_number"]
        indexes = [models.Index(fields=["family_name", "given_name"], name="patient_name")]
        constraints = [
            models.UniqueConstraint(
                Upper("record_number"),
                name="patient_record_number_unique",
                violation_error_message="This record number is in use already.",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=Sex.values), name="patient_sex_known"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.record_number})"

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"
