"""The only gate to a patient. A stranger's patient and an unknown one give the same answer: 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed, has_permission
from leukplatform.accounts.roles import Permission
from patients.errors import RecordErased
from patients.models import CareAssignment, Patient
from patients.models.patient import PatientQuerySet

NOT_IN_CARE = "This patient is not in your care. A record that was opened in an emergency can be read, not changed."


def visible_to(user: User) -> PatientQuerySet:
    """To read."""
    return Patient.objects.visible_to(user)


def in_care_of(user: User) -> PatientQuerySet:
    """To work on."""
    return Patient.objects.in_care_of(user)


def keys_in_care_of(user: User) -> QuerySet[Any, Any]:
    """The same as a subquery of keys: what belongs to these patients is found without looking at each of them."""
    care = CareAssignment.objects
    return (
        care.patients_of(user) if has_permission(user, Permission.VIEW_PATIENTS) else care.none().values("patient_id")
    )


def get_patient(user: User, pk: UUID) -> Patient:
    patient = visible_to(user).filter(pk=pk).first()
    if patient is None:
        raise Http404("No such patient in your care.")
    return patient


def get_patient_in_care(user: User, pk: UUID, *, for_update: bool = False) -> Patient:
    """To work on. Raises NotAllowed for a record that the user may only read."""
    found = in_care_of(user)
    if for_update:
        found = found.select_for_update(of=("self",))
    patient = found.filter(pk=pk).first()
    if patient is not None:
        return patient
    get_patient(user, pk)
    raise NotAllowed(NOT_IN_CARE)


def lock(patient: Patient) -> Patient:
    """The record as it is now, locked until the transaction ends: an erasure comes before it or after it. Raises
    RecordErased.
    """
    found = Patient.objects.select_for_update(of=("self",)).filter(pk=patient.pk).first()
    if found is None:
        raise RecordErased
    return found
