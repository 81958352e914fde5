"""A patient's own reports, and a doctor's view of a record."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from django.http import Http404

from diagnosis.tests.factories import analysed_picture
from leukplatform.accounts.permissions import NotAllowed
from records import selectors


def test_the_newest_report_comes_first_and_the_old_one_is_marked(signed_report, amended_report, patient_user):
    new, old = selectors.own_reports(patient_user)
    assert (new.id, new.is_superseded, new.text) == (amended_report.pk, False, "Good.")
    assert (old.id, old.superseded_by, old.text) == (signed_report.pk, amended_report.pk, "Please come.")
    assert new.plain_words.startswith("Harmless young blood cells")


def test_nothing_of_the_machine_and_no_colleague_s_text_reaches_the_patient(signed_report, patient_user):
    report = str(dataclasses.asdict(selectors.own_report(patient_user, signed_report.pk)))
    for hidden in ("lenet", "0.97", "0.91", "leukemia", "Blasts 80", "evidence", signed_report.evidence_sha256):
        assert hidden not in report


def test_the_patient_has_no_report_before_the_signature(case, release, patient_user):
    analysed_picture(case)
    assert selectors.own_reports(patient_user) == []


def test_another_patient_does_not_see_the_report(signed_report, other_patient, other_patient_user):
    assert selectors.own_reports(other_patient_user) == []
    for pk in (signed_report.pk, uuid.uuid4()):
        with pytest.raises(Http404):
            selectors.own_report(other_patient_user, pk)


@pytest.mark.parametrize("person", ["doctor", "admin"])
def test_only_patients_have_reports_of_their_own(signed_report, person, request):
    with pytest.raises(NotAllowed):
        selectors.own_reports(request.getfixturevalue(person))


def test_the_record_lists_cases_and_reports(signed_report, doctor, patient):
    record = selectors.record(doctor, patient.pk)
    assert record.patient == patient
    assert [row.case for row in record.cases] == [signed_report.case]
    assert record.signoffs == [signed_report]


def test_the_record_is_closed_to_strangers_and_to_patients(patient, other_doctor, patient_user, admin):
    with pytest.raises(Http404):
        selectors.record(other_doctor, patient.pk)
    for user in (patient_user, admin):
        with pytest.raises(NotAllowed):
            selectors.record(user, patient.pk)
