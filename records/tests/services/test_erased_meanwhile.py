"""A record is erased between a page and the sending of its form: it is refused, and nothing is half-written."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from diagnosis.models import Analysis, Case, CaseFacts, Comparison, FilePlan, Finding, Picture, SignOff
from diagnosis.services import analyses, cases, comparisons, findings, pictures, signoffs
from diagnosis.services.analyses import upkeep
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
    analysis_result,
    checked_picture,
)
from diagnosis.tests.uploads import encoded
from diagnosis.tests.views.conftest import browser_of
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import AdminFactory, DoctorFactory
from leukplatform.audit.models import AuditEvent
from patients.errors import NoSuchRecord, RecordErased
from patients.models import CareAssignment, EmergencyAccess, Patient
from patients.services import care, emergencies
from patients.tests.factories import ErasureFactory, PatientFactory
from records.services import erasing

FACTS = CaseFacts("BONE_MARROW_ASPIRATE", "MAY_GRUNWALD_GIEMSA", 1000, None, "Relapse?")
WORDS = {"conclusion": "NO_LEUKAEMIA", "text": "Nothing.", "patient_text": "All is well."}
# What a page has read, bound to the service that its form calls.
WRITES: dict[str, Callable[[Case, User], Callable[[], object]]] = {
    "opening a case": lambda case, by: partial(
        cases.open_case, patient=case.patient, submission_key=uuid.uuid4(), by=by, facts=FACTS
    ),
    "changing a case": lambda case, by: partial(cases.update, case=case, by=by, facts=FACTS),
    "adding a picture": lambda case, by: partial(pictures.add, case=case, upload=checked_picture(), by=by),
    "removing a picture": lambda case, by: partial(pictures.remove, picture=_picture(), reason="Twice.", by=by),
    "requesting an analysis": lambda case, by: partial(analyses.request, picture=_picture(), by=by),
    "trying again": lambda case, by: partial(analyses.retry, analysis=_analysis("FAILED"), by=by),
    "cancelling": lambda case, by: partial(analyses.cancel, analysis=_analysis("FAILED"), by=by),
    "reviewing": lambda case, by: partial(
        findings.review, analysis=_analysis("SUCCEEDED"), label="Pre", agrees=True, note="", by=by
    ),
    "signing": lambda case, by: partial(signoffs.sign, case=case, by=by, **WORDS),
}


def _picture() -> Picture:
    return Picture.objects.select_related("case__patient").get(analyses=None)


def _analysis(status: str) -> Analysis:
    return Analysis.objects.select_related("picture__case__patient").get(status=status)


@pytest.fixture
def full_case(case, release) -> Case:
    """A case with a picture that is analysed, one whose analysis failed, and one without an analysis."""
    analysed_picture(case)
    AnalysisFactory(picture=PictureFactory(case=case), failed=True)
    PictureFactory(case=case)
    return Case.objects.select_related("patient").get(pk=case.pk)


def erase(patient: Patient) -> None:
    erasing.carry_out(erasure=ErasureFactory(patient=patient), record_number=patient.record_number, by=AdminFactory())


def counts() -> list[int]:
    return [
        model._default_manager.count()
        for model in (Case, Picture, Analysis, Finding, SignOff, Comparison, CareAssignment, EmergencyAccess, FilePlan)
    ]


@pytest.mark.parametrize("writing", WRITES.values(), ids=WRITES)
def test_writing_is_refused_and_leaves_neither_row_nor_file(writing, full_case, doctor, stored_files):
    write = writing(full_case, doctor)
    erase(full_case.patient)
    before, files = counts(), stored_files()
    with pytest.raises(RecordErased):
        write()
    assert (counts(), stored_files()) == (before, files)


@pytest.mark.parametrize(
    ("service", "page", "form", "advice"),
    [
        (
            "cases.update",
            "case-update",
            {**asdict(FACTS), "collected_on": "", "submission_key": str(uuid.uuid4())},
            "Go to the start page",
        ),
        ("pictures.add", "api-pictures", {}, "erased in the meantime"),
    ],
)
def test_the_answer_is_not_found_and_says_what_to_do(service, page, form, advice, full_case, doctor, monkeypatch):
    module, _, name = service.partition(".")
    real = getattr({"cases": cases, "pictures": pictures}[module], name)

    def too_late(**values: object) -> object:
        erase(full_case.patient)
        return real(**values)

    monkeypatch.setattr(f"diagnosis.services.{service}", too_late)
    file = SimpleUploadedFile("field.png", encoded(), "image/png")
    answer = browser_of(doctor).post(reverse(f"diagnosis:{page}", args=[full_case.pk]), {**form, "file": file})
    assert answer.status_code == 404
    assert advice in answer.content.decode()


def test_a_record_that_is_gone_cannot_be_opened_in_an_emergency_or_given_a_doctor(patient, other_doctor, admin):
    number, born = patient.record_number, patient.birth_date
    erase(patient)
    with pytest.raises(NoSuchRecord):
        emergencies.open_record(
            record_number=number, birth_date=born, kind="OTHER", reason="Unconscious.", by=other_doctor
        )
    with pytest.raises(RecordErased):
        care.assign(patient=patient, doctor=other_doctor, by=admin)


def test_results_of_worker_and_upkeep_are_dropped_after_an_erasure(full_case, release):
    compared = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False, is_compared=True)
    analysis = AnalysisFactory(picture=PictureFactory(case=full_case))
    claim = analyses.claim(analysis_id=analysis.pk)
    erase(full_case.patient)
    assert not analyses.record_failure(claim=claim, text="The picture could not be read.")
    assert upkeep._revive(analysis.pk) is None
    assert not comparisons.record(
        analysis_id=analysis.pk, release=compared, result=analysis_result(digest=compared.digest)
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory knows one writer only")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("late", ["case", "emergency", "change"])
def test_a_concurrent_erasure_and_change_run_one_after_the_other(late):
    doctor, stranger, admin = DoctorFactory(), DoctorFactory(), AdminFactory()
    patient = PatientFactory(doctor=doctor, birth_date=date(2016, 2, 29))
    case = CaseFactory(patient=patient, opened_by=doctor)
    person = {"record_number": patient.record_number, "birth_date": patient.birth_date}
    erasure = ErasureFactory(patient=patient)
    is_erased, outcome = threading.Event(), []
    writes = {
        "case": WRITES["opening a case"](case, doctor),
        "change": WRITES["changing a case"](case, doctor),
        "emergency": partial(emergencies.open_record, **person, kind="OTHER", reason="Coma.", by=stranger),
    }

    def write() -> None:
        is_erased.wait(10)
        try:
            writes[late]()
        except Exception as error:
            outcome.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    with transaction.atomic():
        erasing.carry_out(erasure=erasure, record_number=patient.record_number, by=admin)
        is_erased.set()
        thread.join(0.5)
        assert thread.is_alive()  # it waits
    thread.join(10)
    assert outcome == [NoSuchRecord if late == "emergency" else RecordErased]
    assert not Patient.objects.filter(pk=patient.pk).exists()
    assert not EmergencyAccess.objects.exists()
    assert not Case.objects.exists()
    assert not AuditEvent.objects.filter(action__in=["case.opened", "case.updated", "emergency.opened"]).exists()
