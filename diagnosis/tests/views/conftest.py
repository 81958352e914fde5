"""Logged-in browsers, pictures to send, and a report to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client

from diagnosis.models import Analysis, Case, Conclusion, Picture, SignOff
from diagnosis.services.reports import collect_evidence, evidence_sha256
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import analysed_picture
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
def analysed(case: Case, release: object) -> Picture:
    """A picture of `case` with the machine's verdict of leukaemia."""
    return analysed_picture(case)


@pytest.fixture
def analysis(analysed: Picture) -> Analysis:
    return analysed.analyses.get()


@pytest.fixture
def report(case: Case, analysed: Picture, doctor: User) -> SignOff:
    """The signed report on `case`. Its PDFs are only named: rendering them for every test would take minutes."""
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.SIGNED_OFF)
    case.refresh_from_db()
    evidence = collect_evidence(case)
    return SignOff.objects.create(
        case=case,
        version=1,
        conclusion=Conclusion.ALL_PRE_B,
        text="Sheets of blasts.",
        patient_text="We found a leukaemia. We will talk soon.",
        evidence=evidence,
        evidence_sha256=evidence_sha256(evidence),
        pdf=default_storage.save(f"reports/{case.pk}.pdf", ContentFile(b"%PDF-1.7 for doctors")),
        pdf_sha256="a" * 64,
        patient_pdf=default_storage.save(f"reports/{case.pk}-patient.pdf", ContentFile(b"%PDF-1.7 for the patient")),
        patient_pdf_sha256="b" * 64,
        signed_by=doctor,
        signed_by_name=doctor.name,
    )


@pytest.fixture
def upload() -> Callable[..., SimpleUploadedFile]:
    """A file to send. Without content it is a small PNG."""

    def make(name: str = "field.png", content: bytes | None = None) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, encoded() if content is None else content, "application/octet-stream")

    return make
