"""A page asks the database as often in a large clinic as in a small one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnosis.models import Case, Conclusion, SignOff
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    CellFactory,
    CellNamingFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
)
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients.models import Patient
from patients.tests.factories import CareAssignmentFactory, PatientFactory

SMALL, LARGE = 2, 9  # a large clinic has more of everything, within one page of the lists


@pytest.fixture
def world(doctor: User, admin: User, patient: Patient, settings) -> Callable[[int], None]:
    """Makes the clinic grow: the patient's own record, the doctor's work, and the trail."""
    settings.REQUIRE_MFA = False
    ModelReleaseFactory()

    def grow(size: int) -> None:
        for _ in range(size):
            signed, case = (CaseFactory(patient=patient, opened_by=doctor) for _ in range(2))
            analysis = analysed_picture(case).analyses.get()
            for _ in range(size):
                CellNamingFactory(cell=CellFactory(analysis=analysis), made_by=doctor)
            AnalysisFactory(picture=PictureFactory(case=case))
            signature = {"signed_by": doctor, "signed_by_name": doctor.name}
            SignOff.objects.create(case=signed, version=1, conclusion=Conclusion.INCONCLUSIVE, evidence={}, **signature)
            other = PatientFactory(doctor=doctor)
            CaseFactory(patient=other, opened_by=doctor)
            colleague = DoctorFactory()
            CareAssignmentFactory(patient=patient, doctor=colleague)
            with transaction.atomic():
                audit.record(Action.PATIENT_VIEWED, by=colleague, subject=patient, patient_id=patient.pk)
                audit.record(Action.REPORT_LISTED, by=patient.user, patient_id=patient.pk)

    return grow


def first_case() -> Case:
    return Case.objects.filter(pictures__isnull=False).order_by("number")[0]


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "the worklist": ("doctor", lambda: "/cases/"),
    "a search in the worklist": ("doctor", lambda: "/cases/?q=lindqvist"),
    "a case": ("doctor", lambda: f"/cases/{first_case().pk}/"),
    "the cells of a case": ("doctor", lambda: f"/cases/{first_case().pk}/cells/"),
    "a patient's page": ("doctor", lambda: f"/patients/{first_case().patient_id}/"),
    "the patients": ("doctor", lambda: "/patients/"),
    "the patient's own reports": ("patient_user", lambda: "/my/reports/"),
    "a report of the patient's": ("patient_user", lambda: f"/my/reports/{SignOff.objects.earliest('signed_at').pk}/"),
    "who read the record": ("patient_user", lambda: "/my/record/"),
    "the audit trail": ("admin", lambda: "/manage/audit/"),
    "the audit trail of a patient": ("admin", lambda: f"/manage/audit/?patient={first_case().patient_id}"),
    "the audit trail of a name": ("admin", lambda: "/manage/audit/?who=person"),
    "the queue": ("admin", lambda: "/manage/queue/"),
    "the accounts": ("admin", lambda: "/manage/accounts/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_makes_as_many_queries_in_a_large_clinic(
    name: str, world: Callable[[int], None], request: pytest.FixtureRequest, client: Client
) -> None:
    person, address = PAGES[name]
    client.force_login(request.getfixturevalue(person))
    world(SMALL)
    few = questions(client, address())
    world(LARGE - SMALL)
    many = questions(client, address())
    assert len(many) == len(few), "\n".join(many)


@pytest.mark.parametrize("page", ["", "cells/"])
def test_more_pictures_in_a_case_do_not_add_queries(
    page: str, world: Callable[[int], None], doctor: User, client: Client
) -> None:
    client.force_login(doctor)
    world(SMALL)
    address = f"/cases/{first_case().pk}/{page}"
    few = questions(client, address)
    for _ in range(LARGE):
        CellFactory(analysis=analysed_picture(first_case()).analyses.get())
    assert len(questions(client, address)) == len(few)


def questions(client: Client, address: str) -> list[str]:
    client.get(address)  # what is looked up once and kept
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return [query["sql"] for query in asked.captured_queries]
