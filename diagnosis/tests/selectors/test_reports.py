import uuid

import pytest
from django.http import Http404

from diagnosis import selectors
from diagnosis.models import Conclusion
from diagnosis.services import signoffs
from diagnosis.tests.factories import analysed_picture
from leukplatform.accounts.permissions import NotAllowed


@pytest.fixture
def first(case, release, doctor):
    analysed_picture(case)
    return signoffs.sign(
        case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts 80 %.", patient_text="Please come.", by=doctor
    )


@pytest.fixture
def second(first, doctor):
    return signoffs.amend(
        signoff=first, conclusion=Conclusion.HAEMATOGONES, text="None.", patient_text="Good.", reason="Flow.", by=doctor
    )


def test_another_patient_has_no_file_of_it(first, other_patient, other_patient_user):
    for pk in (first.pk, uuid.uuid4()):
        with pytest.raises(Http404):
            selectors.report_file(other_patient_user, pk)


def test_doctors_in_charge_read_the_whole_report(first, second, doctor):
    report = selectors.get_signoff(doctor, first.pk)
    assert report.text == "Blasts 80 %."
    assert report.superseded_by == second


def test_everybody_else_does_not(first, other_doctor, patient_user, admin):
    with pytest.raises(Http404):
        selectors.get_signoff(other_doctor, first.pk)
    for user in (patient_user, admin):
        with pytest.raises(NotAllowed):
            selectors.get_signoff(user, first.pk)


def test_each_reader_gets_their_own_pdf(first, doctor, patient_user, other_doctor, admin):
    assert selectors.report_file(doctor, first.pk) == (first, first.pdf)
    assert selectors.report_file(patient_user, first.pk) == (first, first.patient_pdf)
    for user in (other_doctor, admin):
        with pytest.raises(Http404):
            selectors.report_file(user, first.pk)
