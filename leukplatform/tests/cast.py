"""The people every test knows: a doctor with a patient, another doctor with another patient, an administrator."""

from __future__ import annotations

import pytest

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import AdminFactory, DoctorFactory, PatientUserFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory


@pytest.fixture
def doctor(db: None) -> User:
    """A doctor in charge of `patient`."""
    return DoctorFactory(name="Dr Ada Moreau", email="ada@clinic.example")


@pytest.fixture
def other_doctor(db: None) -> User:
    """A doctor in charge of `other_patient`, a stranger to `patient`."""
    return DoctorFactory(name="Dr Bruno Keita", email="bruno@clinic.example")


@pytest.fixture
def admin(db: None) -> User:
    return AdminFactory(name="Chris Adeyemi", email="chris@clinic.example")


@pytest.fixture
def patient_user(db: None) -> User:
    """The account of `patient`."""
    return PatientUserFactory(name="Dana Lindqvist", email="dana@home.example")


@pytest.fixture
def other_patient_user(db: None) -> User:
    """The account of `other_patient`."""
    return PatientUserFactory(name="Emil Novák", email="emil@home.example")


@pytest.fixture
def patient(doctor: User, patient_user: User) -> Patient:
    return PatientFactory(
        record_number="R-1001", given_name="Dana", family_name="Lindqvist", user=patient_user, doctor=doctor
    )


@pytest.fixture
def other_patient(other_doctor: User, other_patient_user: User) -> Patient:
    return PatientFactory(
        record_number="R-1002", given_name="Emil", family_name="Novák", user=other_patient_user, doctor=other_doctor
    )


@pytest.fixture
def broken_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row can be written into the trail: what it speaks of must not be saved either."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("leukplatform.audit.services.record", refuse)
