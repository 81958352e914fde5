import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PatientUserFactory
from leukplatform.audit.models import AuditEvent
from patients.models import CareAssignment, Patient
from patients.tests.factories import CareAssignmentFactory, PatientFactory


@pytest.fixture
def ward(client: Client, doctor: User) -> Client:
    client.force_login(doctor)
    return client


def care_page(patient: Patient) -> str:
    return reverse("patients:care", args=[patient.pk])


def texts(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_page_shows_team_and_account_and_is_audited(ward: Client, patient: Patient, other_doctor: User) -> None:
    page = ward.get(care_page(patient)).content.decode()
    assert "Dr Ada Moreau" in page
    assert "dana@home.example" in page
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.patient_id) == ("patient.viewed", str(patient.pk))


def test_a_colleague_is_added_from_the_list(ward: Client, patient: Patient, other_doctor: User) -> None:
    url = reverse("patients:add-doctor", args=[patient.pk])
    response = ward.post(url, {"doctor": other_doctor.pk}, follow=True)
    assert texts(response) == ["Dr Bruno Keita now cares for this patient too."]
    again = ward.post(url, {"doctor": other_doctor.pk})
    assert "cares for the patient already" in again.content.decode()
    assert CareAssignment.objects.count() == 2


@pytest.mark.parametrize("choice", ["", "nonsense", "5d0c8b1e-1111-4000-8000-000000000009"])
def test_an_invalid_choice_is_refused_at_the_field(choice: str, ward: Client, patient: Patient) -> None:
    response = ward.post(reverse("patients:add-doctor", args=[patient.pk]), {"doctor": choice})
    assert response.status_code == 200
    assert response.context["doctor_form"].errors.keys() == {"doctor"}


def test_only_doctors_who_can_sign_in_are_offered(
    ward: Client, patient: Patient, admin: User, patient_user: User, other_doctor: User
) -> None:
    field = ward.get(care_page(patient)).context["doctor_form"].fields["doctor"]
    assert list(field.queryset) == [other_doctor]


def test_a_doctor_who_ends_their_own_care_is_led_to_the_list(ward: Client, doctor: User, patient: Patient) -> None:
    CareAssignmentFactory(patient=patient)
    own = CareAssignment.objects.get(doctor=doctor)
    response = ward.post(reverse("patients:end-care", args=[patient.pk, own.pk]))
    assert response.url == reverse("patients:list")
    assert ward.get(care_page(patient)).status_code == 404


def test_the_last_doctor_is_told_why_care_cannot_end(ward: Client, doctor: User, patient: Patient) -> None:
    own = CareAssignment.objects.get(doctor=doctor)
    response = ward.post(reverse("patients:end-care", args=[patient.pk, own.pk]), follow=True)
    assert "Nobody else cares for this patient" in texts(response)[0]


def test_the_patient_is_invited(
    ward: Client,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    patient = PatientFactory(doctor=doctor)
    with django_capture_on_commit_callbacks(execute=True):
        ward.post(reverse("patients:connect-account", args=[patient.pk]), {"email": "noor@home.example"})
    page = ward.get(care_page(patient))
    assert texts(page) == ["An invitation is on its way to noor@home.example."]
    assert "Send a new invitation" in page.content.decode()
    assert mailoutbox[0].to == ["noor@home.example"]


def test_a_free_patient_account_is_connected(ward: Client, doctor: User) -> None:
    patient = PatientFactory(doctor=doctor)
    account = PatientUserFactory()
    url = reverse("patients:connect-account", args=[patient.pk])
    assert texts(ward.post(url, {"email": account.email}, follow=True)) == [
        f"The account of {account.email} is connected."
    ]


def test_an_address_in_use_is_refused_at_the_field(ward: Client, doctor: User, admin: User) -> None:
    patient = PatientFactory(doctor=doctor)
    response = ward.post(reverse("patients:connect-account", args=[patient.pk]), {"email": admin.email})
    assert response.context["account_form"].errors.keys() == {"email"}
    assert admin.name not in response.content.decode()


def test_the_account_is_disconnected(ward: Client, patient: Patient) -> None:
    response = ward.post(reverse("patients:disconnect-account", args=[patient.pk]), follow=True)
    assert texts(response) == ["The account no longer shows this record."]
    assert "Give access" in response.content.decode()


def test_somebody_who_joined_is_not_invited_again(ward: Client, patient: Patient) -> None:
    response = ward.post(reverse("patients:invite-again", args=[patient.pk]), follow=True)
    assert "has not joined yet" in texts(response)[0]


def test_the_page_takes_the_same_number_of_queries_however_many_cared(ward: Client, patient: Patient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ward.get(care_page(patient)).status_code == 200
        return len(captured)

    few = queries()
    CareAssignmentFactory.create_batch(15, patient=patient)
    assert queries() == few
