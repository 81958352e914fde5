"""Whoever adds fields to a form that it does not have reaches nothing with them."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db.models import Model

from diagnosis.models import Analysis, Case, Cell, CellNaming, Comparison, Finding, Picture, SignOff
from leukplatform.accounts.models import User
from leukplatform.tests.access.asking import DONE, knock, undone
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World
from patients.models import CareAssignment, EmergencyAccess, Erasure, Patient

pytestmark = pytest.mark.django_db

FORMS = [row for row in read_table() if "POST" in row.methods and row.answer("doctor") == DONE and row.target != "-"]
_THEIRS: dict[type[Model], str] = {
    Patient: "pk",
    CareAssignment: "patient",
    Case: "patient",
    Picture: "case__patient",
    Analysis: "picture__case__patient",
    Cell: "analysis__picture__case__patient",
    CellNaming: "cell__analysis__picture__case__patient",
    Finding: "picture__case__patient",
    SignOff: "case__patient",
    Comparison: "analysis__picture__case__patient",
    EmergencyAccess: "patient",
    Erasure: "patient",
}


def test_everything_that_belongs_to_a_patient_is_compared() -> None:
    for model in apps.get_models():
        refers_to = {field.related_model for field in model._meta.fields if field.related_model}
        assert model in _THEIRS or not refers_to & _THEIRS.keys(), model


def extra_fields(world: World) -> dict[str, object]:
    """Every foreign key and every field a form leaves to the service, pointing at the other record."""
    theirs, stranger = world.theirs, world.people["stranger"].pk
    return {
        "id": theirs.patient.pk,
        "pk": theirs.patient.pk,
        "patient": theirs.patient.pk,
        "patient_id": theirs.patient.pk,
        "user": theirs.account.pk,
        "case": theirs.work.pk,
        "picture": theirs.picture.pk,
        "analysis": theirs.analysis_of(theirs.picture).pk,
        "signoff": theirs.report.pk,
        "supersedes": theirs.report.pk,
        "assignment": theirs.care.pk,
        "opened_by": stranger,
        "uploaded_by": stranger,
        "removed_by": stranger,
        "made_by": stranger,
        "signed_by": stranger,
        "requested_by": stranger,
        "status": "SIGNED_OFF",
        "role": "ADMIN",
        "is_active": "",
        "version": 9,
    }


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_added_fields_reach_no_other_record_and_name_no_other_person(row: Row, world: World) -> None:
    url, data = address(row.route, row.target, world), body(row.route, world)
    before = {pk for pk, _ in _rows_in_the_name_of_the_stranger(world)}
    with undone():
        theirs = _rows_of_theirs(world)
        answer = knock(world, "doctor", "POST", url, {**extra_fields(world), **data})
        assert answer.outcome == DONE
        assert _rows_of_theirs(world) == theirs
        assert {pk for pk, _ in _rows_in_the_name_of_the_stranger(world)} == before


def test_added_fields_on_ones_profile_change_the_name_alone(world: World) -> None:
    data = {
        "name": "Renamed Person",
        "role": "ADMIN",
        "email": "new@clinic.example",
        "session_epoch": 9,
        "id": uuid.uuid4(),
    }
    for role in ("doctor", "patient", "admin"):
        rows = User.objects.filter(pk=world.people[role].pk)
        with undone():
            before = rows.values().get()
            assert knock(world, role, "POST", address("accounts:profile", "-", world), data).outcome == DONE
            assert rows.values().get() == {**before, "name": "Renamed Person"}


def _rows_of_theirs(world: World) -> dict[str, list[dict[str, object]]]:
    patient = world.theirs.patient.pk
    return {
        model.__name__: list(model._default_manager.filter(**{path: patient}).order_by("pk").values())
        for model, path in _THEIRS.items()
    }


def _rows_in_the_name_of_the_stranger(world: World) -> list[tuple[object, str]]:
    stranger = world.people["stranger"]
    made = {
        Case: "opened_by",
        Picture: "uploaded_by",
        Analysis: "requested_by",
        Finding: "made_by",
        SignOff: "signed_by",
    }
    return [
        (pk, model.__name__)
        for model, field in made.items()
        for pk in model._default_manager.filter(**{field: stranger}).values_list("pk", flat=True)
    ]
