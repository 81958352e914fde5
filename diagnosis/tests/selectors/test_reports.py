import uuid

import pytest
from django.http import Http404

from diagnosis import selectors
from leukplatform.accounts.permissions import NotAllowed


def test_another_patient_cannot_read_the_file_of_a_report(signed_report, other_patient, other_patient_user):
    for pk in (signed_report.pk, uuid.uuid4()):
        with pytest.raises(Http404):
            selectors.report_file(other_patient_user, pk)


def test_doctors_in_charge_read_the_whole_report(signed_report, amended_report, doctor):
    report = selectors.get_signoff(doctor, signed_report.pk)
    assert report.text == "Blasts 80 %."
    assert report.superseded_by == amended_report


def test_nobody_else_reads_the_report(signed_report, other_doctor, patient_user, admin):
    with pytest.raises(Http404):
        selectors.get_signoff(other_doctor, signed_report.pk)
    for user in (patient_user, admin):
        with pytest.raises(NotAllowed):
            selectors.get_signoff(user, signed_report.pk)


def test_each_reader_gets_their_own_pdf(signed_report, doctor, patient_user, other_doctor, admin):
    assert selectors.report_file(doctor, signed_report.pk) == (signed_report, signed_report.pdf)
    assert selectors.report_file(patient_user, signed_report.pk) == (signed_report, signed_report.patient_pdf)
    for user in (other_doctor, admin):
        with pytest.raises(Http404):
            selectors.report_file(user, signed_report.pk)
