"""The record page."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from diagnosis.tests.factories import CaseFactory, ModelReleaseFactory, analysed_picture
from leukplatform.audit.models import AuditEvent
from patients.tests.factories import EmergencyAccessFactory


def page(client, patient) -> str:
    response = client.get(patient.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_the_record_shows_person_cases_care_and_reports(doctors_browser, patient, case, report, doctor):
    html = page(doctors_browser, patient)
    for expected in (patient.full_name, patient.record_number, doctor.name, reverse("diagnosis:case", args=[case.pk])):
        assert expected in html
    assert reverse("diagnosis:signoff", args=[report.pk]) in html
    assert reverse("diagnosis:case-create", args=[patient.pk]) in html


def test_the_record_tells_an_emergency_that_is_open_from_one_that_is_over(doctors_browser, patient, other_doctor):
    opened = EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    assert "Open now" in page(doctors_browser, patient)
    opened.ended_at = timezone.now()
    opened.save()
    html = page(doctors_browser, patient)
    assert "Opened in an emergency" in html
    assert "Open now" not in html


def test_the_record_of_a_patient_without_cases_offers_the_first(doctors_browser, patient):
    html = page(doctors_browser, patient)
    assert "No case yet" in html
    assert "Open the first case" in html


def test_the_record_makes_the_same_number_of_queries_however_many_cases(
    doctors_browser, patient, django_assert_max_num_queries
):
    ModelReleaseFactory()
    analysed_picture(CaseFactory(patient=patient))
    with django_assert_max_num_queries(17) as few:
        doctors_browser.get(patient.get_absolute_url())
    for _ in range(4):
        analysed_picture(CaseFactory(patient=patient))
    with django_assert_max_num_queries(len(few)):
        doctors_browser.get(patient.get_absolute_url())


def test_reading_a_record_leaves_a_row(doctors_browser, patient, doctor):
    doctors_browser.get(patient.get_absolute_url())
    row = AuditEvent.objects.get(action="patient.viewed")
    assert (row.actor_id, row.patient_id) == (str(doctor.pk), str(patient.pk))
