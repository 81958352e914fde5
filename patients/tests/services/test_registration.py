import datetime

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.audit.models import AuditEvent
from patients import access
from patients.errors import RecordNumberTaken
from patients.models import CareAssignment, Patient
from patients.services import registration


def person(**changes: object) -> dict[str, object]:
    return {
        "record_number": "R-7",
        "given_name": "Noor",
        "family_name": "Haddad",
        "birth_date": datetime.date(2011, 5, 6),
        "sex": "FEMALE",
        "phone": "",
        "email": "",
        "address": "",
        **changes,
    }


def test_the_doctor_who_registers_is_in_charge_from_today(doctor: User) -> None:
    patient = registration.register(person=person(), by=doctor)
    assert access.get_patient(doctor, patient.pk).full_name == "Noor Haddad"
    assert CareAssignment.objects.get().doctor == doctor
    actions = list(AuditEvent.objects.order_by("id").values_list("action", "patient_id"))
    assert actions == [("patient.registered", str(patient.pk)), ("care.started", str(patient.pk))]


@pytest.mark.parametrize("role", ["admin", "patient_user"])
def test_register_is_for_doctors(role: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        registration.register(person=person(), by=request.getfixturevalue(role))
    assert not Patient.objects.exists()


def test_register_twice_makes_one_record_and_points_to_it(doctor: User) -> None:
    first = registration.register(person=person(), by=doctor)
    with pytest.raises(RecordNumberTaken) as refusal:
        registration.register(person=person(record_number="r-7"), by=doctor)
    assert refusal.value.own_patient == first
    assert Patient.objects.count() == CareAssignment.objects.count() == 1


def test_the_number_of_a_strangers_patient_tells_nothing_of_them(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(RecordNumberTaken) as refusal:
        registration.register(person=person(record_number=patient.record_number), by=other_doctor)
    assert refusal.value.own_patient is None
    assert not any(word in str(refusal.value) for word in (patient.given_name, patient.family_name, str(patient.pk)))


@pytest.mark.parametrize("wrong", [{"sex": "X"}, {"email": "no address"}, {"given_name": ""}, {"record_number": ""}])
def test_register_refuses_values_the_form_would_not_pass(wrong: dict[str, str], doctor: User) -> None:
    with pytest.raises(ValidationError):
        registration.register(person=person(**wrong), by=doctor)
    assert not Patient.objects.exists()


@pytest.mark.usefixtures("broken_audit")
def test_register_writes_nothing_if_audit_fails(doctor: User) -> None:
    with pytest.raises(RuntimeError):
        registration.register(person=person(), by=doctor)
    assert not Patient.objects.exists()
    assert not CareAssignment.objects.exists()


def test_update_saves_and_names_the_fields_but_not_their_contents(doctor: User, patient: Patient) -> None:
    registration.update(patient=patient, person=person(record_number="R-9"), by=doctor)
    patient.refresh_from_db()
    assert (patient.record_number, patient.given_name) == ("R-9", "Noor")
    details = AuditEvent.objects.get().details
    assert details == {"fields": ["birth_date", "family_name", "given_name", "record_number"]}


def test_update_with_the_same_values_leaves_no_row(doctor: User) -> None:
    patient = registration.register(person=person(), by=doctor)
    before = AuditEvent.objects.count()
    registration.update(patient=patient, person=person(), by=doctor)
    assert AuditEvent.objects.count() == before


def test_an_update_by_a_stranger_is_not_found(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(Http404):
        registration.update(patient=patient, person=person(), by=other_doctor)


def test_the_patient_does_not_edit_the_record(patient_user: User, patient: Patient) -> None:
    with pytest.raises(NotAllowed):
        registration.update(patient=patient, person=person(), by=patient_user)


def test_update_refuses_a_number_in_use(doctor: User, patient: Patient, other_patient: Patient) -> None:
    with pytest.raises(RecordNumberTaken):
        registration.update(patient=patient, person=person(record_number=other_patient.record_number), by=doctor)
    patient.refresh_from_db()
    assert patient.record_number == "R-1001"


@pytest.mark.usefixtures("broken_audit")
def test_update_writes_nothing_if_audit_fails(doctor: User, patient: Patient) -> None:
    with pytest.raises(RuntimeError):
        registration.update(patient=patient, person=person(), by=doctor)
    patient.refresh_from_db()
    assert patient.given_name == "Dana"
