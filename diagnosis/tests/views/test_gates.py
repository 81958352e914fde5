"""Who reaches which page. One table, so that no page is forgotten."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from diagnosis.tests.factories import ModelReleaseFactory
from patients.factories import EmergencyAccessFactory, ErasureFactory, PatientFactory

# url name -> (method, what its pk names)
DOCTORS_PAGES = {
    "worklist": ("get", None),
    "record": ("get", "patient"),
    "case-create": ("get", "patient"),
    "case": ("get", "case"),
    "case-update": ("get", "case"),
    "case-pictures": ("get", "case"),
    "case-readiness": ("get", "case"),
    "picture-add": ("post", "case"),
    "picture": ("get", "picture"),
    "picture-remove": ("get", "picture"),
    "analysis-request": ("post", "picture"),
    "analysis-status": ("get", "analysis"),
    "analysis-model": ("get", "analysis"),
    "analysis-retry": ("post", "analysis"),
    "analysis-cancel": ("post", "analysis"),
    "review": ("post", "analysis"),
    "sign": ("get", "case"),
    "signoff": ("get", "report"),
    "amend": ("get", "report"),
    "report-pdf": ("get", "report"),
    "media": ("get", "picture"),
    "api-cases": ("get", None),
    "api-case": ("get", "case"),
    "api-pictures": ("post", "case"),
    "api-analysis": ("get", "analysis"),
}
PATIENTS_PAGES = {
    "my-record": ("get", None),
    "my-export": ("post", None),
    "my-reports": ("get", None),
    "my-report": ("get", "report"),
    "my-report-pdf": ("get", "report"),
}
ADMINS_PAGES = {
    "releases": ("get", None),
    "release": ("get", "release"),
    "release-activate": ("post", "release"),
    "release-compare": ("post", "release"),
    "release-stop-comparing": ("post", "release"),
    "queue": ("get", None),
    "privacy": ("get", None),
    "review-emergency": ("post", "emergency"),
    "assign-doctor": ("get", "unattended"),
    "erasure": ("get", "erasure"),
    "decline-erasure": ("post", "erasure"),
}
POST_AS_WELL = ["case-create", "case-update", "picture-remove", "sign", "amend"]


@pytest.fixture
def things(patient, case, analysed, analysis, report, release) -> dict[str, object]:
    return {
        "patient": patient,
        "case": case,
        "picture": analysed,
        "analysis": analysis,
        "report": report,
        "release": release,
        "emergency": EmergencyAccessFactory(patient=patient),
        "erasure": ErasureFactory(patient=patient),
        "unattended": PatientFactory(),
    }


def address(name: str, pk: object | None) -> str:
    args = [] if pk is None else [pk]
    return reverse(f"diagnosis:{name}", args=[*args, "original"] if name == "media" else args)


def answer(client: Client, name: str, method: str, kind: str | None, things: dict[str, object]) -> int:
    response = getattr(client, method)(address(name, things[kind].pk if kind else None))
    b"".join(response)  # to its end: closing it early would close the database connection of the test
    return response.status_code


def test_the_tables_name_every_page():
    patterns = next(entry for entry in get_resolver().url_patterns if getattr(entry, "app_name", "") == "diagnosis")
    assert {*DOCTORS_PAGES, *PATIENTS_PAGES, *ADMINS_PAGES} == {
        pattern.name for pattern in patterns.url_patterns if not pattern.name.startswith("moved-")
    }


@pytest.mark.parametrize("name", [*DOCTORS_PAGES, *PATIENTS_PAGES, *ADMINS_PAGES])
def test_nobody_enters_without_signing_in(name, things):
    method, kind = {**DOCTORS_PAGES, **PATIENTS_PAGES, **ADMINS_PAGES}[name]
    response = getattr(Client(), method)(address(name, things[kind].pk if kind else None))
    if name.startswith("api-"):
        assert response.status_code == 403
        assert "error" in response.json()
    else:
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", DOCTORS_PAGES)
def test_doctors_pages_are_closed_to_patients_and_admins(name, things, patients_browser, admins_browser):
    method, kind = DOCTORS_PAGES[name]
    assert answer(patients_browser, name, method, kind, things) == 403
    assert answer(admins_browser, name, method, kind, things) == 403


@pytest.mark.parametrize("name", [name for name, (_, kind) in DOCTORS_PAGES.items() if kind])
def test_a_strangers_patient_is_not_found(name, things, strangers_browser):
    method, kind = DOCTORS_PAGES[name]
    assert answer(strangers_browser, name, method, kind, things) == 404


@pytest.mark.parametrize("name", POST_AS_WELL)
def test_a_strangers_patient_is_not_found_for_writing_either(name, things, strangers_browser):
    _, kind = DOCTORS_PAGES[name]
    assert answer(strangers_browser, name, "post", kind, things) == 404


@pytest.mark.parametrize("name", [name for name, (_, kind) in DOCTORS_PAGES.items() if kind])
def test_what_does_not_exist_answers_as_a_strangers_does(name, doctors_browser):
    method, _ = DOCTORS_PAGES[name]
    assert getattr(doctors_browser, method)(address(name, uuid.uuid4())).status_code == 404


@pytest.mark.parametrize("name", [name for name, (method, _) in DOCTORS_PAGES.items() if method == "get"])
def test_the_doctor_in_charge_enters(name, things, doctors_browser):
    _, kind = DOCTORS_PAGES[name]
    expected = 302 if name in {"sign", "case-update", "picture-remove"} else 200  # the case is signed off by now
    assert answer(doctors_browser, name, "get", kind, things) == expected


@pytest.mark.parametrize("name", PATIENTS_PAGES)
def test_patients_pages_are_closed_to_doctors_and_admins(name, things, doctors_browser, admins_browser):
    method, kind = PATIENTS_PAGES[name]
    assert answer(doctors_browser, name, method, kind, things) == 403
    assert answer(admins_browser, name, method, kind, things) == 403


@pytest.mark.parametrize("name", ["my-report", "my-report-pdf"])
def test_another_patients_report_is_not_found(name, things, other_patients_browser):
    assert answer(other_patients_browser, name, "get", "report", things) == 404


@pytest.mark.parametrize("name", ADMINS_PAGES)
def test_admins_pages_are_closed_to_doctors_and_patients(name, things, doctors_browser, patients_browser):
    method, kind = ADMINS_PAGES[name]
    assert answer(doctors_browser, name, method, kind, things) == 403
    assert answer(patients_browser, name, method, kind, things) == 403


def test_an_unknown_release_is_not_found(admins_browser, db):
    assert admins_browser.get(address("release", 999)).status_code == 404
    assert admins_browser.post(address("release-activate", 999)).status_code == 404


@pytest.mark.parametrize("name", ["worklist", "case", "media", "api-case"])
def test_a_deactivated_doctor_is_out_at_the_next_click(name, things, doctor, doctors_browser):
    doctor.is_active = False
    doctor.save(update_fields=["is_active"])
    _, kind = DOCTORS_PAGES[name]
    assert answer(doctors_browser, name, "get", kind, things) in (302, 403)


@pytest.mark.parametrize("name", ["case", "picture", "signoff", "media"])
def test_a_doctor_whose_care_has_ended_is_a_stranger(name, things, patient, doctor, doctors_browser):
    patient.care.filter(doctor=doctor).update(ended_on=timezone.localdate())
    _, kind = DOCTORS_PAGES[name]
    assert answer(doctors_browser, name, "get", kind, things) == 404


@pytest.mark.parametrize(
    "name",
    ["analysis-retry", "analysis-cancel", "analysis-request", "review", "picture-add", "release-activate"],
)
def test_what_changes_something_is_not_reached_by_a_link(name, things, doctors_browser, admins_browser):
    client = admins_browser if name in ADMINS_PAGES else doctors_browser
    _, kind = {**DOCTORS_PAGES, **ADMINS_PAGES}[name]
    assert answer(client, name, "get", kind, things) == 405


@pytest.mark.parametrize("name", ["analysis-retry", "case-create", "picture-add", "api-pictures"])
def test_a_forged_form_is_refused(name, things, doctor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor)
    _, kind = DOCTORS_PAGES[name]
    assert client.post(address(name, things[kind].pk)).status_code == 403


def test_releases_of_a_factory_are_seen_by_the_admin(admins_browser, db):
    release = ModelReleaseFactory()
    assert admins_browser.get(address("release", release.pk)).status_code == 200
