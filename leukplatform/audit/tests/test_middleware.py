from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from leukplatform.audit.context import Origin, current_origin
from leukplatform.audit.middleware import AuditContextMiddleware
from leukplatform.audit.models import AuditEvent

if TYPE_CHECKING:
    from leukplatform.accounts.models import User  # the app itself knows no other app


def refusals() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="access.refused").order_by("pk"))


@pytest.fixture
def stranger(client: Client, other_doctor: User) -> Client:
    client.force_login(other_doctor)
    return client


def test_a_request_for_a_strangers_record_is_recorded_with_person_place_and_id(
    stranger: Client, other_doctor: User, patient: object
) -> None:
    response = stranger.get(reverse("records:record", args=[patient.pk]), headers={"User-Agent": "Browser/1"})
    assert response.status_code == 404
    (event,) = refusals()
    assert (event.actor_id, event.actor_role) == (str(other_doctor.pk), "DOCTOR")
    assert (event.subject_type, event.subject_id, event.patient_id) == ("Requested", str(patient.pk), "")
    assert event.details == {"route": "records:record", "method": "GET", "status": 404}
    assert (event.channel, event.ip_address) == ("web", "127.0.0.1")
    assert (event.user_agent, event.request_id) == ("Browser/1", response["X-Request-ID"])


def test_a_request_for_an_unknown_record_is_recorded_alike(stranger: Client) -> None:
    unknown = uuid.uuid4()
    assert stranger.post(reverse("diagnosis:case-create", args=[unknown])).status_code == 404
    (event,) = refusals()
    assert event.subject_id == str(unknown)
    assert event.details == {"route": "diagnosis:case-create", "method": "POST", "status": 404}


def test_a_request_for_a_page_of_another_role_is_recorded(client: Client, patient_user: User) -> None:
    client.force_login(patient_user)
    assert client.get(reverse("diagnosis:worklist")).status_code == 403
    (event,) = refusals()
    assert (event.actor_id, event.actor_name, event.subject_id) == (str(patient_user.pk), "", "")
    assert event.details == {"route": "diagnosis:worklist", "method": "GET", "status": 403}


def test_a_refused_api_request_is_recorded(stranger: Client, patient: object) -> None:
    assert stranger.get(reverse("diagnosis:api-case", args=[uuid.uuid4()])).status_code == 404
    assert [event.details["route"] for event in refusals()] == ["diagnosis:api-case"]


def test_a_forged_form_is_recorded(doctor: User, patient: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor)
    assert client.post(reverse("diagnosis:case-create", args=[patient.pk])).status_code == 403
    (event,) = refusals()
    assert event.details["status"] == 403


@pytest.mark.parametrize("digits", [18, 36, 60])
def test_a_long_number_fits_its_column(digits: int, client: Client, admin: User) -> None:
    client.force_login(admin)
    assert client.get(f"/manage/models/{'1' * digits}/").status_code == 404
    assert [event.subject_id for event in refusals()] == [("1" * digits)[:36]]


def test_a_long_address_and_a_long_name_of_a_browser_fit_their_columns(stranger: Client, patient: object) -> None:
    address = "2001:db8:" + "f" * 60
    stranger.get(reverse("records:record", args=[patient.pk]), headers={"User-Agent": "B" * 300}, REMOTE_ADDR=address)
    (event,) = refusals()
    assert (event.ip_address, event.user_agent) == (address[:45], "B" * 200)


def test_a_request_without_address_and_browser_leaves_both_empty(rf: RequestFactory) -> None:
    request = rf.get("/")
    del request.META["REMOTE_ADDR"]
    seen: list[Origin] = []

    def answer(_: HttpRequest) -> HttpResponse:
        seen.append(current_origin())
        return HttpResponse()

    AuditContextMiddleware(answer)(request)
    assert [(where.ip_address, where.user_agent) for where in seen] == [("", "")]


@pytest.mark.parametrize("address", ["/no/such/page/", "/learn/no-such-disease/"])
def test_a_mistyped_address_is_not_a_refusal(address: str, stranger: Client) -> None:
    assert stranger.get(address).status_code == 404
    assert refusals() == []


def test_a_visitor_is_not_recorded(client: Client, db: None) -> None:
    assert client.get(reverse("diagnosis:api-cases")).status_code == 403
    assert client.get(reverse("diagnosis:worklist")).status_code == 302
    assert refusals() == []


def test_a_page_that_was_shown_is_not_a_refusal(client: Client, doctor: User, patient: object) -> None:
    client.force_login(doctor)
    assert client.get(reverse("records:record", args=[patient.pk])).status_code == 200
    assert refusals() == []


def test_exceeding_a_rate_limit_is_recorded(client: Client, doctor: User, patient: object, settings: object) -> None:
    settings.UPLOADS_PER_HOUR = 0
    client.force_login(doctor)
    address = reverse("diagnosis:api-pictures", args=[uuid.uuid4()])
    assert client.post(address, {}, format="multipart").status_code == 429
    (event,) = refusals()
    assert event.details == {"route": "diagnosis:api-pictures", "method": "POST", "status": 429}
