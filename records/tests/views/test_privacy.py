"""The administrator's page on privacy."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients import access
from patients.models import Patient
from patients.tests.factories import EmergencyAccessFactory, ErasureFactory, PatientFactory

PAGE = "/manage/privacy/"


@pytest.fixture
def browser(client, admin):
    client.force_login(admin)
    return client


def test_the_page_says_that_there_is_nothing_to_do(browser):
    html = browser.get(PAGE).content.decode()
    assert "No record has been opened in an emergency." in html
    assert "No erasure has been asked for." in html
    assert "Records without a doctor" not in html


def test_the_page_names_no_patient(browser, patient, other_doctor, doctor):
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    ErasureFactory(patient=patient, requested_by=doctor)
    lonely = PatientFactory(given_name="Lonely", family_name="Record")
    html = browser.get(PAGE).content.decode()
    for word in (patient.given_name, patient.family_name, patient.record_number, "Lonely", lonely.record_number):
        assert word not in html
    assert str(patient.pk)[:8] in html


def test_the_page_makes_the_same_number_of_queries_however_much_it_shows(
    browser, django_assert_max_num_queries, doctor
):
    browser.get(PAGE)
    with django_assert_max_num_queries(20) as few:
        browser.get(PAGE)
    for _ in range(4):
        patient = PatientFactory()
        EmergencyAccessFactory(patient=patient)
        ErasureFactory(patient=patient)
    with django_assert_max_num_queries(len(few) + 2):  # the pages' own contents, which were empty
        browser.get(PAGE)


def test_an_access_is_reviewed(browser, patient, admin):
    opened = EmergencyAccessFactory(patient=patient)
    assert browser.post(f"{PAGE}emergencies/{opened.pk}/review/")["Location"] == PAGE
    opened.refresh_from_db()
    assert opened.reviewed_by == admin


def test_a_record_is_given_a_doctor(browser, other_doctor):
    record = PatientFactory()
    response = browser.post(f"{PAGE}records/{record.pk}/doctor/", {"doctor": str(other_doctor.pk)})
    assert response["Location"] == PAGE
    assert access.in_care_of(other_doctor).filter(pk=record.pk).exists()


def test_an_erasure_is_carried_out_once_the_number_is_typed(browser, patient, doctor):
    asked = ErasureFactory(patient=patient, requested_by=doctor)
    url = reverse("records:erasure", args=[asked.pk])
    wrong = browser.post(url, {"record_number": "R-1", "is_understood": "on"}, follow=True)
    assert "not the record number" in wrong.content.decode()
    assert browser.post(url, {"record_number": "R-1001"}).status_code == 422  # not ticked
    assert Patient.objects.filter(pk=patient.pk).exists()
    assert browser.post(url, {"record_number": "R-1001", "is_understood": "on"})["Location"] == PAGE
    assert not Patient.objects.filter(pk=patient.pk).exists()
    assert browser.get(url).status_code == 200  # what stays


def test_viewing_a_request_is_recorded_under_the_patients_id(browser, patient, doctor):
    asked = ErasureFactory(patient=patient, requested_by=doctor)
    browser.get(reverse("records:erasure", args=[asked.pk]))
    event = AuditEvent.objects.filter(action=Action.PRIVACY_VIEWED).latest("pk")
    assert event.patient_id == str(patient.pk)
