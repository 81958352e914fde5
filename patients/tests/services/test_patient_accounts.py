import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError
from django.http import Http404
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import PatientUserFactory
from leukplatform.audit.models import AuditEvent
from patients import access
from patients.errors import AddressNotUsable
from patients.models import Patient
from patients.services import patient_accounts
from patients.tests.factories import PatientFactory


@pytest.fixture
def unconnected(doctor: User) -> Patient:
    return PatientFactory(given_name="Noor", family_name="Haddad", doctor=doctor)


def test_a_new_address_is_invited_and_connected(
    doctor: User,
    unconnected: Patient,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        connected = patient_accounts.connect(patient=unconnected, email="Noor@home.example", by=doctor)
    account = connected.account
    assert connected.is_new
    assert (account.email, account.name, account.role, account.status) == (
        "noor@home.example",
        "Noor Haddad",
        "PATIENT",
        "INVITED",
    )
    assert access.visible_to(account).get() == unconnected
    assert mailoutbox[0].to == ["noor@home.example"]
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["account.invited", "patient.account_linked"]


def test_a_patient_account_without_a_record_is_connected(doctor: User, unconnected: Patient) -> None:
    account = PatientUserFactory()
    assert not patient_accounts.connect(patient=unconnected, email=account.email.upper(), by=doctor).is_new
    assert access.visible_to(account).get() == unconnected


@pytest.mark.parametrize("taken_by", ["admin", "other_doctor", "other_patient"])
def test_every_account_in_use_is_refused_in_the_same_words(
    taken_by: str, request: pytest.FixtureRequest, doctor: User, unconnected: Patient
) -> None:
    holder = request.getfixturevalue(taken_by)
    account = holder.user if isinstance(holder, Patient) else holder
    with pytest.raises(AddressNotUsable) as refusal:
        patient_accounts.connect(patient=unconnected, email=account.email, by=doctor)
    assert str(refusal.value) == str(AddressNotUsable())
    assert not AuditEvent.objects.exists()


def test_a_deactivated_account_is_refused(doctor: User, unconnected: Patient) -> None:
    account = PatientUserFactory(is_active=False)
    with pytest.raises(AddressNotUsable):
        patient_accounts.connect(patient=unconnected, email=account.email, by=doctor)


def test_a_record_has_one_account(doctor: User, patient: Patient) -> None:
    with pytest.raises(Refused):
        patient_accounts.connect(patient=patient, email="second@home.example", by=doctor)
    assert not User.objects.filter(email="second@home.example").exists()


def test_the_database_ties_an_account_to_one_record(patient: Patient) -> None:
    with pytest.raises(IntegrityError):
        PatientFactory(user=patient.user)


def test_a_stranger_connects_nothing(other_doctor: User, unconnected: Patient) -> None:
    with pytest.raises(Http404):
        patient_accounts.connect(patient=unconnected, email="x@home.example", by=other_doctor)


def test_the_patient_connects_nothing(patient_user: User, patient: Patient) -> None:
    with pytest.raises(NotAllowed):
        patient_accounts.disconnect(patient=patient, by=patient_user)


def test_disconnecting_closes_the_record_to_the_account(doctor: User, patient_user: User, patient: Patient) -> None:
    for _ in range(2):
        patient_accounts.disconnect(patient=patient, by=doctor)
    assert not access.visible_to(patient_user).exists()
    assert AuditEvent.objects.get().action == "patient.account_unlinked"


@pytest.mark.usefixtures("broken_audit")
def test_nothing_changes_if_audit_fails(doctor: User, unconnected: Patient) -> None:
    with pytest.raises(RuntimeError):
        patient_accounts.connect(patient=unconnected, email="noor@home.example", by=doctor)
    unconnected.refresh_from_db()
    assert unconnected.user is None
    assert not User.objects.filter(email="noor@home.example").exists()


def test_an_invitation_is_sent_again_while_it_is_open(doctor: User, unconnected: Patient) -> None:
    with pytest.raises(Refused):
        patient_accounts.invite_again(patient=unconnected, by=doctor)
    patient_accounts.connect(patient=unconnected, email="noor@home.example", by=doctor)
    patient_accounts.invite_again(patient=unconnected, by=doctor)
    assert AuditEvent.objects.latest("id").action == "account.invitation_resent"
