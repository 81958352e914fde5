"""The matrix would notice: a door left open, words that slip out, a refusal that writes."""

from __future__ import annotations

import pytest
from django.http import Http404

from diagnosis import policies
from diagnosis.models import Case
from leukplatform.accounts.roles import PERMISSIONS, Permission, Role
from leukplatform.tests.access.asking import ask
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.test_matrix import complaints_about
from leukplatform.tests.access.world import World
from patients.models import Patient

pytestmark = pytest.mark.django_db


def row_of(route: str, target: str, method: str) -> Row:
    return next(row for row in read_table() if (row.route, row.target) == (route, target) and method in row.methods)


def test_a_gate_that_lets_every_doctor_through_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.access.visible_to", lambda user: Patient.objects.all())
    complaints = complaints_about(world, row_of("diagnosis:case", "open", "GET"), "GET", "stranger", "404")
    assert complaints[0] == "answers 200, not 404"
    assert "gives away" in complaints[1]


def test_a_permission_given_to_the_wrong_role_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.ADMIN, PERMISSIONS[Role.ADMIN] | {Permission.OPEN_CASES})
    row = row_of("diagnosis:worklist", "-", "GET")
    assert complaints_about(world, row, "GET", "admin", "403") == ["answers 200, not 403"]


def test_the_words_that_are_looked_for_are_those_the_pages_show(world: World) -> None:
    """Otherwise finding none of them in a refusal would say nothing."""
    ours, shown = world.ours, set()
    for route, target in (
        ("records:record", "record"),
        ("patients:update", "record"),
        ("diagnosis:case", "open"),
        ("diagnosis:picture", "picture"),
        ("diagnosis:picture", "removed"),
        ("diagnosis:signoff", "report"),
    ):
        answer = ask(world, "doctor", "GET", address(route, target, world))
        shown.update(answer.names(ours.everything(), asked=""))
    patient, picture, report = ours.patient, ours.picture, ours.report
    assert shown >= {patient.record_number, patient.family_name, patient.phone, patient.address, patient.email}
    assert shown >= {str(ours.work.pk), str(ours.work.number), ours.work.question, picture.original_name}
    assert world.emergency.reason in world.secrets["stranger"] & world.secrets["anonymous"]
    for role, route in (("admin", "records:privacy"), ("patient", "records:my-record")):
        answer = ask(world, role, "GET", address(route, "-", world))
        assert world.emergency.reason in answer.text
    assert shown >= {str(picture.pk), str(report.pk), report.text, report.amendment_reason, ours.removed.removal_reason}


def test_a_refusal_that_writes_or_is_recorded_as_a_reading_is_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page records that it was read, and is then refused."""

    def write_and_refuse(case: Case) -> None:
        Case.objects.filter(pk=case.pk).update(question="Changed by a refusal")
        raise Http404

    monkeypatch.setattr(policies, "check_can_edit_case", write_and_refuse)
    complaints = complaints_about(world, row_of("diagnosis:case-update", "open", "POST"), "POST", "doctor", "404")
    assert complaints == [
        "refuses and yet writes to ['diagnosis_case']",
        "refuses and yet records ['case.viewed']",
    ]
