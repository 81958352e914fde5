import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from diagnosis import policies
from diagnosis.models import Case, CaseFacts, Specimen, Stain
from diagnosis.services import cases
from diagnosis.states import CaseStatus
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.audit.models import AuditEvent
from patients.tests.factories import PatientFactory

FACTS = {
    "specimen": Specimen.PERIPHERAL_BLOOD,
    "stain": Stain.WRIGHT,
    "magnification": 1000,
    "collected_on": None,
    "question": "Blasts?",
}


def _open(patient, by, **changes):
    key = changes.pop("submission_key", None) or uuid.uuid4()
    return cases.open_case(patient=patient, facts=CaseFacts(**{**FACTS, **changes}), submission_key=key, by=by)


def _update(case, by, **changes):
    return cases.update(case=case, facts=CaseFacts(**{**FACTS, **changes}), by=by)


def test_open_case_numbers_from_one_and_is_audited(patient, doctor, trail):
    first, second = _open(patient, doctor), _open(patient, doctor)
    assert (first.number, second.number) == (1, 2)
    assert (first.status, first.opened_by, first.question) == (CaseStatus.OPEN, doctor, "Blasts?")
    assert trail() == ["case.opened", "case.opened"]


def test_the_administrator_reads_nothing_clinical_about_a_new_case(patient, doctor):
    _open(patient, doctor)
    assert AuditEvent.objects.get().details == {"case": 1}


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_open_case_refuses_everybody_else(person, patient, request):
    with pytest.raises(NotAllowed):
        _open(patient, request.getfixturevalue(person))
    assert not Case.objects.exists()


def test_the_same_form_sent_twice_opens_one_case(patient, doctor, trail):
    key = uuid.uuid4()
    first = _open(patient, doctor, submission_key=key)
    again = _open(patient, doctor, submission_key=key, question="Edited meanwhile")
    assert again == first
    assert Case.objects.get().question == "Blasts?"
    assert trail() == ["case.opened"]


def test_a_foreign_submission_key_gives_nothing_away(patient, doctor, other_patient, other_doctor):
    key = uuid.uuid4()
    foreign = _open(patient, doctor, submission_key=key)
    own = _open(other_patient, other_doctor, submission_key=key)
    assert own != foreign
    assert own.patient == other_patient
    assert own.submission_key != key


def test_a_number_taken_in_the_meantime_is_followed_by_the_next(patient, doctor, monkeypatch):
    _open(patient, doctor)
    numbers = iter([1, 1, 2])  # what a transaction reads that started before the other one ended
    monkeypatch.setattr(cases, "_next_number", lambda: next(numbers))
    assert _open(patient, doctor).number == 2


def test_open_case_writes_nothing_if_audit_fails(patient, doctor, broken_audit):
    with pytest.raises(broken_audit):
        _open(patient, doctor)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("specimen", "URINE"), ("stain", ""), ("magnification", -1), ("magnification", None), ("question", "")],
)
def test_impossible_values_are_refused(patient, doctor, field, value):
    with pytest.raises(ValidationError):
        _open(patient, doctor, **{field: value})
    assert not Case.objects.exists()


def test_update_changes_what_differs_and_records_which_fields(case, doctor, trail):
    _update(case, doctor, specimen=case.specimen, stain=case.stain)
    assert trail() == []  # all as before
    _update(case, doctor)
    case.refresh_from_db()
    assert case.specimen == Specimen.PERIPHERAL_BLOOD
    assert trail() == ["case.updated"]


def test_update_refuses_a_stranger_and_a_signed_case(case, doctor, other_doctor):
    with pytest.raises(NotAllowed):
        _update(case, other_doctor)
    Case.objects.update(status=CaseStatus.SIGNED_OFF)  # behind the back of the object at hand
    with pytest.raises(policies.Refused):
        _update(case, doctor)


def test_update_writes_nothing_if_audit_fails(case, doctor, broken_audit):
    with pytest.raises(broken_audit):
        _update(case, doctor)
    case.refresh_from_db()
    assert case.specimen == Specimen.BONE_MARROW_ASPIRATE


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory knows one writer only")
@pytest.mark.django_db(transaction=True)
def test_concurrent_cases_get_different_numbers():
    doctor = DoctorFactory()
    patient = PatientFactory(doctor=doctor)
    key = uuid.uuid4()
    errors = []

    def open_two() -> None:
        try:
            _open(patient, doctor)
            _open(patient, doctor, submission_key=key)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_two) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(Case.objects.values_list("number", flat=True)) == list(range(1, 8))
