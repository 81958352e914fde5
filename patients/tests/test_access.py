"""The gate to a patient."""

import uuid

import pytest
from django.http import Http404

from leukplatform.accounts.models import User
from patients import access
from patients.models import Patient


def test_a_doctor_sees_the_patients_in_their_care_only(doctor: User, patient: Patient, other_patient: Patient) -> None:
    assert list(access.visible_to(doctor)) == [patient]


def test_a_patient_sees_their_own_record_only(patient_user: User, patient: Patient, other_patient: Patient) -> None:
    assert list(access.visible_to(patient_user)) == [patient]


def test_an_administrator_sees_no_patient(admin: User, patient: Patient) -> None:
    assert not access.visible_to(admin).exists()


def test_a_deactivated_doctor_sees_no_patient(doctor: User, patient: Patient) -> None:
    doctor.is_active = False
    assert not access.visible_to(doctor).exists()


def test_a_stranger_and_an_unknown_number_get_the_same_answer(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(Http404) as foreign:
        access.get_patient(other_doctor, patient.pk)
    with pytest.raises(Http404) as unknown:
        access.get_patient(other_doctor, uuid.uuid4())
    assert str(foreign.value) == str(unknown.value)
