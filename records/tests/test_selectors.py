"""A patient's own reports, and a doctor's view of a record."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from django.http import Http404

from diagnosis.models import Conclusion
from diagnosis.services import signoffs
from diagnosis.tests.factories import analysed_picture
from leukplatform.accounts.permissions import NotAllowed
from records import selectors


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


def test_the_patient_reads_newest_first_and_the_old_one_marked(first, second, patient_user):
    new, old = selectors.own_reports(patient_user)
    assert (new.id, new.is_superseded, new.text) == (second.pk, False, "Good.")
    assert (old.id, old.superseded_by, old.text) == (first.pk, second.pk, "Please come.")
    assert new.plain_words.startswith("Harmless young blood cells")


def test_nothing_of_the_machine_and_no_colleague_s_text_reaches_the_patient(first, patient_user):
    report = str(dataclasses.asdict(selectors.own_report(patient_user, first.pk)))
    for hidden in ("lenet", "0.97", "0.91", "leukemia", "Blasts 80", "evidence", first.evidence_sha256):
        assert hidden not in report


def test_before_the_signature_the_patient_has_nothing(case, release, patient_user):
    analysed_picture(case)
    assert selectors.own_reports(patient_user) == []


def test_another_patient_sees_none_of_it(first, other_patient, other_patient_user):
    assert selectors.own_reports(other_patient_user) == []
    for pk in (first.pk, uuid.uuid4()):
        with pytest.raises(Http404):
            selectors.own_report(other_patient_user, pk)


@pytest.mark.parametrize("person", ["doctor", "admin"])
def test_the_patient_s_pages_are_the_patient_s(first, person, request):
    with pytest.raises(NotAllowed):
        selectors.own_reports(request.getfixturevalue(person))


def test_the_record_lists_cases_and_reports(first, doctor, patient):
    record = selectors.record(doctor, patient.pk)
    assert record.patient == patient
    assert [row.case for row in record.cases] == [first.case]
    assert record.signoffs == [first]


def test_the_record_is_closed_to_strangers_and_to_patients(patient, other_doctor, patient_user, admin):
    with pytest.raises(Http404):
        selectors.record(other_doctor, patient.pk)
    for user in (patient_user, admin):
        with pytest.raises(NotAllowed):
            selectors.record(user, patient.pk)
