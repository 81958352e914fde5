import datetime
import threading

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.audit.models import AuditEvent
from patients import access
from patients.errors import AlreadyInCare, LastDoctor
from patients.models import CareAssignment, Patient
from patients.services import care
from patients.tests.factories import CareAssignmentFactory, PatientFactory


def test_a_doctor_who_is_added_sees_the_patient(doctor: User, other_doctor: User, patient: Patient) -> None:
    care.add_doctor(patient=patient, doctor=other_doctor, by=doctor)
    assert access.get_patient(other_doctor, patient.pk) == patient
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id, event.patient_id) == (
        "care.started",
        str(other_doctor.pk),
        str(patient.pk),
    )


def test_a_doctor_cannot_add_themselves(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(Http404):
        care.add_doctor(patient=patient, doctor=other_doctor, by=other_doctor)


def test_the_same_doctor_is_added_once(doctor: User, patient: Patient) -> None:
    with pytest.raises(AlreadyInCare):
        care.add_doctor(patient=patient, doctor=doctor, by=doctor)
    assert CareAssignment.objects.count() == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("person", ["patient_user", "admin"])
def test_only_doctors_can_care(person: str, request: pytest.FixtureRequest, doctor: User, patient: Patient) -> None:
    with pytest.raises(Refused):
        care.add_doctor(patient=patient, doctor=request.getfixturevalue(person), by=doctor)


def test_a_deactivated_doctor_cannot_be_added(doctor: User, patient: Patient) -> None:
    with pytest.raises(Refused):
        care.add_doctor(patient=patient, doctor=DoctorFactory(is_active=False), by=doctor)


def test_the_patient_does_not_manage_the_care(patient_user: User, other_doctor: User, patient: Patient) -> None:
    with pytest.raises(NotAllowed):
        care.add_doctor(patient=patient, doctor=other_doctor, by=patient_user)


def test_ending_care_closes_the_record_today(doctor: User, other_doctor: User, patient: Patient) -> None:
    assignment = CareAssignmentFactory(patient=patient, doctor=other_doctor)
    care.end(assignment=assignment, by=doctor)
    assignment.refresh_from_db()
    assert assignment.ended_on == timezone.localdate()
    assert not access.visible_to(other_doctor).exists()
    assert AuditEvent.objects.get().action == "care.ended"


def test_a_doctor_can_end_their_own_care(doctor: User, other_doctor: User, patient: Patient) -> None:
    CareAssignmentFactory(patient=patient, doctor=other_doctor)
    care.end(assignment=CareAssignment.objects.get(doctor=doctor), by=doctor)
    assert not access.visible_to(doctor).exists()


def test_care_that_ended_can_begin_again(doctor: User, other_doctor: User, patient: Patient) -> None:
    care.end(assignment=CareAssignmentFactory(patient=patient, doctor=other_doctor), by=doctor)
    care.add_doctor(patient=patient, doctor=other_doctor, by=doctor)
    assert access.visible_to(other_doctor).get() == patient


def test_care_ends_once(doctor: User, other_doctor: User, patient: Patient) -> None:
    assignment = CareAssignmentFactory(patient=patient, doctor=other_doctor)
    care.end(assignment=assignment, by=doctor)
    with pytest.raises(Refused):
        care.end(assignment=assignment, by=doctor)
    assert AuditEvent.objects.count() == 1


def test_the_last_doctor_stays(doctor: User, patient: Patient) -> None:
    CareAssignmentFactory(patient=patient, doctor=DoctorFactory(is_active=False))
    with pytest.raises(LastDoctor):
        care.end(assignment=CareAssignment.objects.get(doctor=doctor), by=doctor)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PATIENT])
def test_a_colleague_who_is_no_longer_a_doctor_does_not_count(role: Role, doctor: User, patient: Patient) -> None:
    CareAssignmentFactory(patient=patient, doctor=DoctorFactory(role=role))
    with pytest.raises(LastDoctor):
        care.end(assignment=CareAssignment.objects.get(doctor=doctor), by=doctor)


def test_a_stranger_ends_no_care(other_doctor: User, patient: Patient) -> None:
    with pytest.raises(Http404):
        care.end(assignment=CareAssignment.objects.get(), by=other_doctor)


@pytest.mark.usefixtures("broken_audit")
def test_nothing_changes_if_audit_fails(doctor: User, other_doctor: User, patient: Patient) -> None:
    with pytest.raises(RuntimeError):
        care.add_doctor(patient=patient, doctor=other_doctor, by=doctor)
    assert CareAssignment.objects.count() == 1


def test_past_and_future_care_open_nothing(doctor: User) -> None:
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    periods = [(today - 9 * day, today - day), (today - 9 * day, today), (today + day, None)]
    for started_on, ended_on in periods:
        CareAssignmentFactory(doctor=doctor, started_on=started_on, ended_on=ended_on)
    assert not access.visible_to(doctor).exists()
    planned_end = CareAssignmentFactory(doctor=doctor, ended_on=today + day)
    assert access.visible_to(doctor).get() == planned_end.patient


@pytest.mark.django_db(transaction=True)
def test_two_doctors_cannot_leave_a_patient_at_the_same_time() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time; the in-memory test database cannot be shared by threads")
    patient = PatientFactory()
    assignments = [CareAssignmentFactory(patient=patient) for _ in range(2)]
    barrier = threading.Barrier(2)
    refused = []

    def leave(assignment: CareAssignment) -> None:
        barrier.wait(10)
        try:
            care.end(assignment=assignment, by=assignment.doctor)
        except LastDoctor:
            refused.append(assignment)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[assignment]) for assignment in assignments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert CareAssignment.objects.current().count() == 1
