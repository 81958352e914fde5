"""The gate to a patient."""

import uuid
from unittest import mock

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from patients import access
from patients.errors import RecordErased
from patients.models import Patient
from patients.tests.factories import CareAssignmentFactory, EmergencyAccessFactory


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
    assert str(foreign.value) == str(unknown.value) == "No such patient in your care."


def test_a_record_opened_in_an_emergency_is_read_but_not_worked_on(other_doctor: User, patient: Patient) -> None:
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    assert access.get_patient(other_doctor, patient.pk) == patient
    with pytest.raises(NotAllowed) as refusal:
        access.get_patient_in_care(other_doctor, patient.pk)
    assert str(refusal.value) == access.NOT_IN_CARE


def test_a_strangers_patient_is_not_there_to_work_on_either(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(Http404):
        access.get_patient_in_care(other_doctor, patient.pk)


def test_only_a_doctor_works_on_a_record(doctor: User, patient_user: User, admin: User, patient: Patient) -> None:
    assert list(access.in_care_of(doctor)) == [patient]
    assert not access.in_care_of(patient_user).exists()
    assert not access.in_care_of(admin).exists()
    assert [key["patient_id"] for key in access.keys_in_care_of(doctor)] == [patient.pk]
    assert not access.keys_in_care_of(admin).exists()
    doctor.is_active = False
    assert not access.in_care_of(doctor).exists()
    assert not access.keys_in_care_of(doctor).exists()


def test_a_patient_is_taken_for_changing_one_transaction_at_a_time(doctor: User, patient: Patient) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert access.get_patient_in_care(doctor, patient.pk) == patient
        assert access.get_patient_in_care(doctor, patient.pk, for_update=True) == patient
    reading, locking = (query["sql"] for query in queries)
    assert "FOR UPDATE" not in reading
    if connection.features.has_select_for_update_of:
        assert locking.endswith('FOR UPDATE OF "patients_patient"')


def test_only_a_change_locks_and_only_the_row_of_that_patient(doctor: User, patient: Patient) -> None:
    """On any database; what PostgreSQL makes of it is asked above."""
    with mock.patch.object(QuerySet, "select_for_update", autospec=True, side_effect=lambda rows, of: rows) as lock:
        access.get_patient_in_care(doctor, patient.pk)
        assert lock.call_count == 0
        access.get_patient_in_care(doctor, patient.pk, for_update=True)
        assert access.lock(patient) == patient
    assert [call.kwargs for call in lock.call_args_list] == [{"of": ("self",)}, {"of": ("self",)}]


def test_an_unended_care_gives_nothing_to_a_former_doctor(admin: User, patient: Patient) -> None:
    CareAssignmentFactory(patient=patient, doctor=admin)
    assert not access.keys_in_care_of(admin).exists()
    assert not access.in_care_of(admin).exists()


def test_the_keys_of_no_patients_can_still_be_queried(admin: User, patient: Patient) -> None:
    keys = access.keys_in_care_of(admin)
    assert keys.query.values_select == ("patient_id",)
    assert not Patient.objects.filter(pk__in=keys).exists()


def test_an_erased_record_cannot_be_locked(patient: Patient, other_patient: Patient) -> None:
    assert access.lock(patient) == patient
    with pytest.raises(RecordErased, match="erased in the meantime"):
        access.lock(Patient(pk=uuid.uuid4()))
