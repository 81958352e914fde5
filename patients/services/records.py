"""Who the patient is: registration and correction."""

from __future__ import annotations

from typing import TypedDict

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


class Person(TypedDict):
    """As the form gives it: cleaned text, `birth_date` a date, `sex` one of Sex."""

    record_number: str
    given_name: str
    family_name: str
    birth_date: object
    sex: str
    phone: str
    email: str
    address: str


@transaction.atomic
def register(*, person: Person, by: User) -> Patient:
    """A new record; whoever registers it is its first doctor in charge. Raises RecordNumberTaken."""
    check_permission(by, Permission.REGISTER_PATIENTS)
    patient = Patient(**person)
    _save(patient, by)
    audit.record(Action.PATIENT_REGISTERED, by=by, subject=patient, patient_id=patient.pk)
    care.begin(patient=patient, doctor=by, by=by)
    return patient


@transaction.atomic
def update(*, patient: Patient, person: Person, by: User) -> Patient:
    """The trail keeps which fields changed, not their contents. Raises RecordNumberTaken."""
    check_permission(by, Permission.EDIT_PATIENTS)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    changed = sorted(name for name, value in person.items() if getattr(patient, name) != value)
    if not changed:
        return patient
    for name in changed:
        setattr(patient, name, person[name])  # type: ignore[literal-required]
    _save(patient, by)
    audit.record(
        Action.PATIENT_UPDATED, by=by, subject=patient, patient_id=patient.pk, details={"fields": list(changed)}
    )
    return patient


def _save(patient: Patient, by: User) -> None:
    """The database has the last word on the number: of two forms sent at once one is refused, in plain words."""
    patient.clean_fields(exclude=["user"])
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        holder = Patient.objects.filter(record_number__iexact=patient.record_number).exclude(pk=patient.pk).first()
        if holder is None:
            raise
        is_own = access.in_care_of(by).filter(pk=holder.pk).exists()
        raise RecordNumberTaken(own_patient=holder.pk if is_own else None) from error
