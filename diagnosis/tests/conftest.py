"""A case in care, a model in use, and eyes for what a service left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from celery import Task
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError

from diagnosis.models import Analysis, Case, Conclusion, ModelRelease, Picture, SignOff
from diagnosis.services import signoffs
from diagnosis.services.reports import collect_evidence, evidence_sha256
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import CaseFactory, ModelReleaseFactory, PictureFactory, analysed_picture
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from leukplatform.tests.storages import storages_in
from patients.models import Patient


@pytest.fixture(autouse=True)
def stored_files(tmp_path: Path, settings) -> Callable[[], set[str]]:
    """The private files, as names below the storage's root."""
    root = tmp_path / "private"
    settings.STORAGES = storages_in(root)
    return lambda: {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def release(db: None) -> ModelRelease:
    return ModelReleaseFactory()


@pytest.fixture
def case(patient: Patient, doctor: User) -> Case:
    """Open, in the care of `doctor`, without a picture."""
    return CaseFactory(patient=patient, opened_by=doctor)


@pytest.fixture
def picture(case: Case) -> Picture:
    """A picture in `case`, without an analysis."""
    return PictureFactory(case=case)


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
def signed_report(case: Case, release: ModelRelease, doctor: User) -> SignOff:
    """The report on `case`, signed through the service."""
    analysed_picture(case)
    return signoffs.sign(
        case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts 80 %.", patient_text="Please come.", by=doctor
    )


@pytest.fixture
def amended_report(signed_report: SignOff, doctor: User) -> SignOff:
    """The report that replaced `signed_report`."""
    return signoffs.amend(
        signoff=signed_report,
        conclusion=Conclusion.HAEMATOGONES,
        text="None.",
        patient_text="Good.",
        reason="Flow.",
        by=doctor,
    )


@pytest.fixture
def trail(db: None) -> Callable[[], list[str]]:
    """The actions recorded so far, oldest first."""
    return lambda: list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture
def broken_audit() -> Iterator[type[Exception]]:
    """The audit trail refuses every row. Gives the error to expect."""
    with mock.patch.object(AuditEvent.objects, "create", side_effect=DatabaseError("the trail is full")):
        yield DatabaseError


@pytest.fixture
def sent() -> Iterator[list[tuple[str, ...]]]:
    """Messages given to the broker, as (task, *arguments)."""
    messages: list[tuple[str, ...]] = []

    def send(name: str, args: Sequence[str] = (), **_: object) -> None:
        messages.append((name.rsplit(".", 1)[-1], *args))

    def apply(task: Task, args: Sequence[str] = (), *_: object, **__: object) -> None:
        send(task.name, args or ())

    by_name = mock.patch("celery.current_app.send_task", side_effect=send)
    with by_name, mock.patch("celery.app.task.Task.apply_async", autospec=True, side_effect=apply):
        yield messages
