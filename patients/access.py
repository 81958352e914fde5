"""The only gate to a patient. A stranger's patient and an unknown one give the same answer: 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from leukplatform.accounts.models import User
from patients.models import Patient
from patients.models.patient import PatientQuerySet


def visible_to(user: User) -> PatientQuerySet:
    return Patient.objects.visible_to(user)


def get_patient(user: User, pk: UUID, *, for_update: bool = False) -> Patient:
    queryset = visible_to(user)
    if for_update:
        queryset = queryset.select_for_update(of=("self",))
    patient = queryset.filter(pk=pk).first()
    if patient is None:
        raise Http404("No such patient in your care.")
    return patient
