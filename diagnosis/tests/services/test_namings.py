from __future__ import annotations

import pytest
from django.utils import timezone

from diagnosis import policies
from diagnosis.models import Case, Cell, CellNaming
from diagnosis.models.cell_naming import PREVIOUS
from diagnosis.selectors.gallery import named_cells
from diagnosis.services import namings
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import AnalysisFactory, CellFactory, analysed_picture
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.audit.models import AuditEvent
from patients.tests.factories import CareAssignmentFactory


@pytest.fixture
def cells(case, release):
    """Three cells, of which the machine takes the last one for a lymphocyte."""
    analysis = analysed_picture(case).analyses.get()
    return [CellFactory(analysis=analysis, name=name) for name in ("blast", "unidentified", "lymphocyte")]


@pytest.fixture
def colleague(patient):
    colleague = DoctorFactory()
    CareAssignmentFactory(patient=patient, doctor=colleague)
    return colleague


def say(case, cells, name, by, *, seen=None):
    """Name cells with everything in view, unless `seen` says otherwise."""
    newest = CellNaming.objects.order_by("id").last()
    if seen is None:
        seen = newest.pk if newest else 0
    return namings.name(case=case, cells=[cell.pk for cell in cells], name=name, seen=seen, by=by)


def names(case):
    return [cell.said for cell in named_cells(case)]


def test_many_cells_are_named_at_once_each_in_a_row_with_who_and_when(case, cells, doctor):
    before = timezone.now()
    assert say(case, cells[:2], "monocyte", doctor) == 2
    assert names(case) == ["monocyte", "monocyte", "lymphocyte"]
    for naming in CellNaming.objects.all():
        assert naming.made_by == doctor
        assert before <= naming.made_at <= timezone.now()


def test_the_machine_s_name_stays_as_it_was(case, cells, doctor):
    before = list(Cell.objects.values())
    say(case, cells, "monocyte", doctor)
    assert list(Cell.objects.values()) == before


def test_the_trail_has_one_row_with_the_number_of_every_cell_and_no_class(case, cells, doctor):
    say(case, cells, "monocyte", doctor)
    row = AuditEvent.objects.get()
    assert (row.action, row.subject_id) == ("cell.named", str(case.pk))
    assert row.patient_id == str(case.patient_id)
    assert row.details == {"count": 3, "cells": ["1-1", "1-2", "1-3"]}


def test_a_confirmation_of_the_machine_is_a_row_and_the_same_form_twice_is_not(case, cells, doctor, trail):
    assert say(case, cells[:1], "blast", doctor) == 1
    assert say(case, cells[:1], "blast", doctor, seen=0) == 0
    assert CellNaming.objects.count() == 1
    assert trail() == ["cell.named"]


def test_what_a_colleague_says_as_well_is_a_row_of_its_own(case, cells, doctor, colleague):
    say(case, cells[:1], "blast", doctor)
    assert say(case, cells[:1], "blast", colleague) == 1


def test_the_name_before_comes_back_and_each_cell_has_its_own(case, cells, doctor):
    say(case, cells, "monocyte", doctor)
    assert say(case, cells, PREVIOUS, doctor) == 3
    assert names(case) == ["blast", "unidentified", "lymphocyte"]
    say(case, cells, PREVIOUS, doctor)
    assert names(case) == ["monocyte"] * 3
    assert CellNaming.objects.count() == 9


def test_a_cell_that_only_the_machine_named_has_no_name_before(case, cells, doctor, trail):
    assert say(case, cells, PREVIOUS, doctor) == 0
    assert trail() == []


def test_a_cell_that_a_colleague_named_meanwhile_is_not_named_over(case, cells, doctor, colleague, trail):
    say(case, cells[1:2], "monocyte", colleague)
    with pytest.raises(policies.Refused, match="named since"):
        say(case, cells[:2], "neutrophil", doctor, seen=0)
    assert names(case) == ["blast", "monocyte", "lymphocyte"]
    assert trail() == ["cell.named"]


def test_other_cells_that_a_colleague_named_meanwhile_stand_in_nobody_s_way(case, cells, doctor, colleague):
    say(case, cells[1:2], "monocyte", colleague)
    say(case, cells[:1], "neutrophil", doctor, seen=0)
    assert names(case) == ["neutrophil", "monocyte", "lymphocyte"]


def test_cells_of_another_case_of_a_removed_picture_or_of_an_older_analysis_are_refused(case, cells, doctor):
    def without_result(**values):
        return CellFactory(analysis=AnalysisFactory(picture__case=case, succeeded=True, **values))

    removed = without_result(
        picture__removed_at=timezone.now(), picture__removed_by=doctor, picture__removal_reason="Wrong tube"
    )
    older = without_result()
    AnalysisFactory(picture=older.analysis.picture)
    for other in (CellFactory(), removed, older):
        with pytest.raises(policies.Refused, match="no longer part of the case"):
            say(case, [cells[0], other], "monocyte", doctor)
    assert not CellNaming.objects.exists()


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_naming_refuses_everybody_else(case, cells, person, request):
    with pytest.raises(NotAllowed):
        say(case, cells, "monocyte", request.getfixturevalue(person))
    assert not CellNaming.objects.exists()


def test_naming_refuses_in_a_signed_case(case, cells, doctor):
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    with pytest.raises(policies.Refused, match="signed off"):
        say(case, cells, "monocyte", doctor)


def test_naming_writes_nothing_if_audit_fails(case, cells, doctor, broken_audit):
    with pytest.raises(broken_audit):
        say(case, cells, "monocyte", doctor)
    assert not CellNaming.objects.exists()
