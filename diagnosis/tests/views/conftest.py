"""Logged-in browsers, and pictures to send."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from diagnosis.models import Case
from diagnosis.tests.uploads import encoded
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body_of(response: StreamingHttpResponse) -> bytes:
    """Read to the end, which also closes the file. (Calling close() would close the database of the test as well.)"""
    return b"".join(response.streaming_content)


@pytest.fixture
def doctors_browser(doctor: User) -> Client:
    return browser_of(doctor)


@pytest.fixture
def strangers_browser(other_doctor: User, other_patient: object) -> Client:
    """A doctor, but not of this patient."""
    return browser_of(other_doctor)


@pytest.fixture
def patients_browser(patient_user: User) -> Client:
    return browser_of(patient_user)


@pytest.fixture
def other_patients_browser(other_patient_user: User, other_patient: object) -> Client:
    return browser_of(other_patient_user)


@pytest.fixture
def admins_browser(admin: User) -> Client:
    return browser_of(admin)


@pytest.fixture
def trail(db: None) -> Callable[[], list[str]]:
    """The actions recorded so far, oldest first, without the signing in of the browsers."""
    rows = AuditEvent.objects.exclude(action="account.logged_in").order_by("id")
    return lambda: list(rows.all().values_list("action", flat=True))


@pytest.fixture
def upload() -> Callable[..., SimpleUploadedFile]:
    """A file to send. Without content it is a small PNG."""

    def make(name: str = "field.png", content: bytes | None = None) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, encoded() if content is None else content, "application/octet-stream")

    return make


@pytest.fixture
def send(doctors_browser: Client, case: Case, upload: Callable[..., SimpleUploadedFile]) -> Callable[..., HttpResponse]:
    """Send one picture as upload.js does."""

    def send(name: str = "field.png", content: bytes | None = None) -> HttpResponse:
        url = reverse("diagnosis:api-pictures", args=[case.pk])
        return doctors_browser.post(url, {"file": upload(name, content)}, headers={"Accept": "application/json"})

    return send


@pytest.fixture
def send_form(doctors_browser: Client, case: Case) -> Callable[..., list[str]]:
    """Send the form of the case's page, and read what the page says then."""

    def send_form(*files: SimpleUploadedFile) -> list[str]:
        url = reverse("diagnosis:picture-add", args=[case.pk])
        response = doctors_browser.post(url, {"file": list(files)} if files else {}, follow=True)
        assert response.redirect_chain == [(reverse("diagnosis:case", args=[case.pk]), 302)]
        return [str(message) for message in response.context["messages"]]

    return send_form
