"""Registering a patient and correcting the record's facts about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.errors import RecordNumberTaken
from patients.models import Patient
from patients.services import care


@transaction.atomic
def register(*, person: Mapping[str, Any], by: User) -> Patient:
    """Create a record and put it in the care of `by`. `person` is the cleaned PatientForm. Raises RecordNumberTaken."""
    check_permission(by, Permission.REGISTER_PATIENTS)
    patient = Patient(**person)
    _save(patient, by)
    audit.record(Action.PATIENT_REGISTERED, by=by, subject=patient, patient_id=patient.pk)
    care.begin(patient=patient, doctor=by, by=by)
    return patient


@transaction.atomic
def update(*, patient: Patient, person: Mapping[str, Any], by: User) -> Patient:
    """Save what changed; the trail keeps the names of the fields, not their contents. Raises RecordNumberTaken."""
    check_permission(by, Permission.EDIT_PATIENTS)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    changed = sorted(name for name, value in person.items() if getattr(patient, name) != value)
    if not changed:
        return patient
    for name in changed:
        setattr(patient, name, person[name])
    _save(patient, by)
    audit.record(Action.PATIENT_UPDATED, by=by, subject=patient, patient_id=patient.pk, details={"fields": changed})
    return patient


def _save(patient: Patient, by: User) -> None:
    """Save, and let the database decide whether the number is free: of two forms sent at once one is refused."""
    patient.clean_fields(exclude=["user"])
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        holder = Patient.objects.filter(record_number__iexact=patient.record_number).exclude(pk=patient.pk).first()
        if holder is None:
            raise
        is_own = access.in_care_of(by).filter(pk=holder.pk).exists()
        raise RecordNumberTaken(own_patient=holder if is_own else None) from error
