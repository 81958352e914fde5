"""The readers of a record, from the trail: one line for a person, a day and a kind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from leukplatform.accounts.permissions import NotAllowed
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.audit.tests.factories import AuditEventFactory
from patients.tests.factories import EmergencyAccessFactory
from records import readers, selectors
from records.readers import PAGE_SIZE


def read(patient, by, action=Action.PATIENT_VIEWED, **details):
    with transaction.atomic():
        return audit.record(action, by=by, subject=patient, patient_id=patient.pk, details=details)


def lines(patient):
    return [(row.name, row.role, str(row.kind), row.pages) for row in readers.readings(patient)]


def test_each_person_and_kind_has_one_line(patient, doctor, admin):
    for action in (Action.PATIENT_VIEWED, Action.CASE_VIEWED, Action.FILE_READ, Action.FILE_READ):
        read(patient, doctor, action)
    read(patient, doctor, Action.REPORT_SIGNED)
    read(patient, admin, Action.AUDIT_VIEWED)
    assert sorted(lines(patient)) == [
        ("Chris Adeyemi", "Administrator", "oversight", 1),
        ("Dr Ada Moreau", "Doctor", "changed", 1),
        ("Dr Ada Moreau", "Doctor", "read", 4),
    ]


def test_reading_a_picture_counts_as_reading_also_where_the_row_calls_it_a_slide(patient, doctor):
    by = {"actor_id": str(doctor.pk), "actor_name": doctor.name, "actor_role": "DOCTOR", "patient_id": str(patient.pk)}
    AuditEventFactory(action="slide.viewed", **by)
    read(patient, doctor, Action.PICTURE_VIEWED)
    assert lines(patient) == [("Dr Ada Moreau", "Doctor", "read", 2)]


def test_an_emergency_is_a_separate_kind(patient, other_doctor):
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    read(patient, other_doctor)
    assert lines(patient) == [("Dr Bruno Keita", "Doctor", "emergency", 1)]


def test_days_are_listed_separately_with_the_newest_first(patient, doctor):
    now = timezone.now()
    for days in (3, 1, 2):
        AuditEventFactory(
            occurred_at=now - timedelta(days=days),
            actor_id=str(doctor.pk),
            actor_role="DOCTOR",
            patient_id=str(patient.pk),
        )
    days = [row.day for row in readers.readings(patient)]
    assert days == sorted(days, reverse=True)
    assert len(days) == 3


def test_visits_of_the_patient_work_of_the_platform_and_other_records_are_left_out(
    patient, other_patient, patient_user, doctor
):
    read(patient, patient_user, Action.REPORT_VIEWED)
    read(patient, None, Action.ANALYSIS_CLAIMED)
    read(other_patient, doctor)
    assert lines(patient) == []


def test_a_person_is_listed_under_their_present_name(patient, doctor):
    read(patient, doctor)
    doctor.name = "Dr Ada Moreau-Lind"
    doctor.save()
    assert lines(patient)[0][0] == "Dr Ada Moreau-Lind"


def test_a_person_without_an_account_keeps_the_recorded_name(patient):
    AuditEventFactory(
        actor_id="00000000-0000-4000-8000-000000000000",
        actor_name="Dr Gone Away",
        actor_role="DOCTOR",
        patient_id=str(patient.pk),
    )
    assert lines(patient) == [("Dr Gone Away", "Doctor", "read", 1)]


def test_a_long_trail_is_paged_and_always_takes_three_queries(patient, doctor, django_assert_num_queries):
    now = timezone.now()
    for days in range(PAGE_SIZE + 5):
        AuditEventFactory.create_batch(
            2, occurred_at=now - timedelta(days=days), actor_id=str(doctor.pk), patient_id=str(patient.pk)
        )
    with django_assert_num_queries(3):
        first = readers.readings(patient, page=1)
        assert len(first.object_list) == PAGE_SIZE
    with django_assert_num_queries(3):
        assert len(readers.readings(patient, page=2).object_list) == 5


def test_only_patients_have_a_record_of_their_own(doctor, admin):
    for user in (doctor, admin):
        with pytest.raises(NotAllowed):
            selectors.own_record(user)


def test_viewing_the_list_is_recorded_but_not_listed(client, patient, patient_user):
    client.force_login(patient_user)
    for _ in range(2):
        response = client.get("/my/record/")
        assert response.status_code == 200
        assert "Nobody but you has opened your record yet." in response.content.decode()


def test_the_patient_reads_the_reason_of_an_emergency(client, patient, patient_user, other_doctor):
    EmergencyAccessFactory(patient=patient, doctor=other_doctor, reason="Found collapsed at the station.")
    client.force_login(patient_user)
    html = client.get("/my/record/").content.decode()
    assert "Found collapsed at the station." in html
    assert "Open now" in html


def test_an_account_without_a_record_is_told_so(client, other_patient_user):
    client.force_login(other_patient_user)
    assert "No record yet" in client.get("/my/record/").content.decode()
