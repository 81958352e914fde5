import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from patients.models import Patient
from patients.tests.factories import PatientFactory

FORM = {
    "record_number": "R-7",
    "given_name": "Noor",
    "family_name": "Haddad",
    "birth_date": "2011-05-06",
    "sex": "FEMALE",
}


@pytest.fixture
def ward(client: Client, doctor: User) -> Client:
    client.force_login(doctor)
    return client


def found(client: Client, **query: str) -> set[str]:
    page = client.get(reverse("patients:list"), query).context["page_obj"]
    return {patient.record_number for patient in page}


def test_the_list_holds_the_patients_in_care_and_is_audited(
    ward: Client, patient: Patient, other_patient: Patient
) -> None:
    assert found(ward) == {"R-1001"}
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.details) == ("patient.listed", {"page": 1, "rows": 1, "is_search": False})


def test_search_finds_by_number_or_name(ward: Client, doctor: User, patient: Patient, other_patient: Patient) -> None:
    PatientFactory(record_number="X-9", given_name="Danaë", family_name="Okafor", doctor=doctor)
    assert found(ward, q="r-10") == {"R-1001"}
    assert found(ward, q="dana") == {"R-1001", "X-9"}
    assert found(ward, q="okafor dana") == {"X-9"}
    assert found(ward, q="Novák") == set()
    assert found(ward, q="x" * 500) == {"R-1001", "X-9"}


def test_a_search_is_not_written_into_the_trail(ward: Client, patient: Patient) -> None:
    found(ward, q="lindqvist")
    assert "lindqvist" not in str(AuditEvent.objects.latest("id").details)


def test_a_doctor_without_patients_is_told_what_to_do(ward: Client) -> None:
    page = ward.get(reverse("patients:list")).content.decode()
    assert "No patients yet" in page
    assert reverse("patients:create") in page


def test_the_list_takes_the_same_number_of_queries_however_long(ward: Client, doctor: User, patient: Patient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ward.get(reverse("patients:list")).status_code == 200
        return len(captured)

    few = queries()
    PatientFactory.create_batch(40, doctor=doctor)
    assert queries() == few
    assert len(found(ward, page="2")) == 16


def test_registering_leads_to_the_patients_page(ward: Client) -> None:
    response = ward.post(reverse("patients:create"), FORM)
    patient = Patient.objects.get()
    assert response.url == reverse("records:record", args=[patient.pk])


def test_sending_the_form_twice_makes_one_patient_and_links_to_it(ward: Client) -> None:
    ward.post(reverse("patients:create"), FORM)
    again = ward.post(reverse("patients:create"), FORM)
    assert again.status_code == 200
    assert "A patient in your care has this record number already." in again.content.decode()
    assert reverse("records:record", args=[Patient.objects.get().pk]) in again.content.decode()


def test_a_number_of_a_strangers_patient_is_refused_without_naming_them(ward: Client, other_patient: Patient) -> None:
    page = ward.post(reverse("patients:create"), {**FORM, "record_number": "r-1002"}).content.decode()
    assert "in use for a patient of another doctor" in page
    assert not any(word in page for word in ("Emil", "Novák", str(other_patient.pk)))


def test_mistakes_are_shown_beside_their_fields(ward: Client) -> None:
    response = ward.post(reverse("patients:create"), {**FORM, "birth_date": "2999-01-01", "sex": ""})
    assert response.context["form"].errors.keys() == {"birth_date", "sex"}
    assert not Patient.objects.exists()


def test_opening_the_form_is_audited_and_sending_it_saves(ward: Client, patient: Patient) -> None:
    url = reverse("patients:update", args=[patient.pk])
    assert 'value="2015-03-14"' in ward.get(url).content.decode()
    assert AuditEvent.objects.latest("id").action == "patient.viewed"
    assert ward.post(url, FORM).url == reverse("records:record", args=[patient.pk])
    patient.refresh_from_db()
    assert patient.full_name == "Noor Haddad"


def test_a_number_in_use_is_refused_and_the_typed_values_are_kept(
    ward: Client, patient: Patient, other_patient: Patient
) -> None:
    url = reverse("patients:update", args=[patient.pk])
    response = ward.post(url, {**FORM, "record_number": "R-1002"})
    assert response.context["form"].errors.keys() == {"record_number"}
    assert response.context["form"]["given_name"].value() == "Noor"


def test_a_name_is_shown_as_text_whatever_it_is(ward: Client, doctor: User) -> None:
    PatientFactory(family_name='<img src=x onerror="alert(1)">', doctor=doctor)
    assert "<img src=x" not in ward.get(reverse("patients:list")).content.decode()
