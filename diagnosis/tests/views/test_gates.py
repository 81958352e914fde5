"""Gates that the access matrix does not try: doctors who are gone, links and forged forms."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnosis.tests.factories import ModelReleaseFactory

KINDS = {  # route -> what its pk names
    "worklist": None,
    "case-create": "patient",
    "case": "case",
    "picture-add": "case",
    "picture": "picture",
    "analysis-request": "picture",
    "analysis-retry": "analysis",
    "analysis-cancel": "analysis",
    "review": "analysis",
    "signoff": "report",
    "media": "picture",
    "release-activate": "release",
    "api-case": "case",
    "api-pictures": "case",
}


@pytest.fixture
def things(patient, case, analysed, analysis, report, release) -> dict[str, object]:
    return {
        "patient": patient,
        "case": case,
        "picture": analysed,
        "analysis": analysis,
        "report": report,
        "release": release,
    }


def address(name: str, pk: object | None) -> str:
    args = [] if pk is None else [pk]
    return reverse(f"diagnosis:{name}", args=[*args, "original"] if name == "media" else args)


def answer(client: Client, name: str, things: dict[str, object]) -> int:
    kind = KINDS[name]
    response = client.get(address(name, things[kind].pk if kind else None))
    b"".join(response)  # to its end: closing it early would close the database connection of the test
    return response.status_code


def test_an_unknown_release_is_not_found(admins_browser, db):
    assert admins_browser.get(address("release", 999)).status_code == 404
    assert admins_browser.post(address("release-activate", 999)).status_code == 404


@pytest.mark.parametrize("name", ["worklist", "case", "media", "api-case"])
def test_a_deactivated_doctor_is_out_at_the_next_click(name, things, doctor, doctors_browser):
    doctor.is_active = False
    doctor.save(update_fields=["is_active"])
    assert answer(doctors_browser, name, things) in (302, 403)


@pytest.mark.parametrize("name", ["case", "picture", "signoff", "media"])
def test_a_doctor_whose_care_has_ended_is_a_stranger(name, things, patient, doctor, doctors_browser):
    patient.care.filter(doctor=doctor).update(ended_on=timezone.localdate())
    assert answer(doctors_browser, name, things) == 404


@pytest.mark.parametrize(
    "name",
    ["analysis-retry", "analysis-cancel", "analysis-request", "review", "picture-add", "release-activate"],
)
def test_what_changes_something_is_not_reached_by_a_link(name, things, doctors_browser, admins_browser):
    client = admins_browser if name == "release-activate" else doctors_browser
    assert answer(client, name, things) == 405


@pytest.mark.parametrize("name", ["analysis-retry", "case-create", "picture-add", "api-pictures"])
def test_a_forged_form_is_refused(name, things, doctor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor)
    assert client.post(address(name, things[KINDS[name]].pk)).status_code == 403


def test_releases_of_a_factory_are_seen_by_the_admin(admins_browser, db):
    release = ModelReleaseFactory()
    assert admins_browser.get(address("release", release.pk)).status_code == 200
