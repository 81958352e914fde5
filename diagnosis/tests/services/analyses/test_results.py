import dataclasses
from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from diagnosis.models import Analysis, Cell, FilePlan
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import (
    READER,
    AnalysisFactory,
    PictureFactory,
    analysis_result,
    read_cell,
    unsuitable_result,
)
from leukplatform.letters.models import Letter
from mlworker.errors import ArtifactError
from mlworker.types import Classification, Verdict
from patients.tests.factories import CareAssignmentFactory


@pytest.fixture
def claim(picture, release):
    return analyses.claim(analysis_id=AnalysisFactory(picture=picture).pk)


@pytest.fixture
def taken_over(claim):
    """The first worker fell silent and a second one works on the same analysis."""
    Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    return analyses.claim(analysis_id=claim.analysis_id)


def test_record_result_writes_everything_once(claim, trail):
    assert analyses.record_result(claim=claim, result=analysis_result())
    analysis = Analysis.objects.get()
    assert (analysis.status, analysis.verdict) == (AnalysisStatus.SUCCEEDED, "leukemia")
    assert analysis.leukemia_score == 0.5  # of the cells
    assert analysis.distribution[0] == ("Pre", 0.91)
    assert (analysis.reader, analysis.model_verdict) == (READER, "leukemia")
    assert analysis.scale["um_per_pixel"] == 0.1
    assert analysis.count["interval"] == [0.09, 0.91]
    assert analysis.heat == {"rows": 2, "columns": 2, "values": [1.0, 0.2, -0.4, 0.0]}
    assert analysis.quality["notes"][0]["severity"] == "info"
    assert analysis.prediction_set == {"coverage": 0.95, "classes": ["Pre"]}
    assert analysis.novelty == {"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75}
    assert (analysis.lease_expires_at, analysis.heartbeat_at) == (None, None)
    assert analysis.finished_at is not None
    assert analysis.label == "LEUKEMIA"
    assert trail() == ["analysis.claimed", "analysis.succeeded"]


def test_every_cell_is_a_row_with_its_outlines_and_measures(claim):
    analyses.record_result(claim=claim, result=analysis_result())
    blast, neutrophil = Cell.objects.filter(analysis_id=claim.analysis_id)
    assert (blast.number, blast.name, blast.confidence, blast.blast_score) == (1, "blast", 0.97, 0.96)
    assert (blast.x, blast.y, blast.width, blast.height, blast.at_border) == (4, 5, 20, 20, False)
    assert blast.outline == [[4, 5], [23, 5], [23, 24], [4, 24]]
    assert blast.nucleus_outline == [[6, 7], [21, 7], [21, 22], [6, 22]]
    assert (blast.measures["nc_ratio"], blast.measures["nucleus_hue"]) == (0.8, [0.4, 0.4, 0.2])
    assert (neutrophil.number, neutrophil.name) == (2, "neutrophil")


def test_a_result_is_rows_and_no_file(claim, stored_files):
    before = stored_files()
    analyses.record_result(claim=claim, result=analysis_result())
    analysis = Analysis.objects.get()
    assert (analysis.cells, analysis.overlay, analysis.heatmap) == ([], "", "")
    assert stored_files() == before
    assert not FilePlan.objects.exists()


def test_a_model_that_knows_neither_set_nor_novelty_leaves_both_empty(claim):
    result = analysis_result()
    classification = dataclasses.replace(result.classification, prediction_set=None)
    analyses.record_result(claim=claim, result=dataclasses.replace(result, classification=classification, novelty=None))
    analysis = Analysis.objects.get()
    assert (analysis.prediction_set, analysis.novelty) == (None, None)


def test_the_same_result_twice_changes_nothing(claim, trail):
    analyses.record_result(claim=claim, result=analysis_result())
    row, cells = Analysis.objects.values().get(), list(Cell.objects.values())
    assert not analyses.record_result(claim=claim, result=analysis_result(predicted="Benign"))
    assert Analysis.objects.values().get() == row
    assert list(Cell.objects.values()) == cells
    assert trail().count("analysis.succeeded") == 1


def test_late_attempt_cannot_overwrite_result(claim, taken_over):
    assert analyses.record_result(claim=taken_over, result=analysis_result(predicted="Early"))
    cells = list(Cell.objects.values())
    late = dataclasses.replace(analysis_result(verdict=Verdict.BENIGN), cells=(read_cell("lymphocyte"),))
    assert not analyses.record_result(claim=claim, result=late)
    assert Analysis.objects.get().label == "LEUKEMIA"
    assert list(Cell.objects.values()) == cells


def test_late_attempt_cannot_get_ahead_of_the_one_at_work(claim, taken_over):
    assert not analyses.record_result(claim=claim, result=analysis_result())
    assert not analyses.record_failure(claim=claim, text="Too late.")
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING
    assert not Cell.objects.exists()


def test_a_result_after_the_upkeep_took_the_claim_back_is_refused(claim):
    Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    analyses.requeue_stale()
    assert not analyses.record_result(claim=claim, result=analysis_result())
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED
    assert not Cell.objects.exists()


def test_the_same_graph_with_other_parameters_is_another_model(claim):
    answer = analysis_result()
    other = dataclasses.replace(answer, model=dataclasses.replace(answer.model, parameters="b" * 64))
    with pytest.raises(ArtifactError, match="not those of the release"):
        analyses.record_result(claim=claim, result=other)


@pytest.mark.parametrize(
    ("result", "label"),
    [
        (analysis_result(), "LEUKEMIA"),
        (analysis_result(predicted="Benign", verdict=Verdict.BENIGN), "BENIGN"),
        (analysis_result(verdict=Verdict.UNCERTAIN), "UNCERTAIN"),
        (unsuitable_result(), "UNSUITABLE"),
    ],
)
def test_the_machine_s_label_is_the_verdict_of_the_cells(claim, result, label):
    analyses.record_result(claim=claim, result=result)
    assert Analysis.objects.get().label == label


def test_the_subtype_model_never_decides_the_verdict_or_the_score(claim):
    probabilities = {"Benign": 0.94, "Early": 0.02, "Pre": 0.02, "Pro": 0.02}
    classification = Classification(Verdict.BENIGN, 0.06, probabilities, "Benign", None)
    result = dataclasses.replace(analysis_result(), classification=classification)
    analyses.record_result(claim=claim, result=result)
    analysis = Analysis.objects.get()
    assert (analysis.verdict, analysis.label, analysis.leukemia_score) == ("leukemia", "LEUKEMIA", 0.5)
    assert (analysis.model_verdict, analysis.probabilities) == ("benign", probabilities)


def test_an_unsuitable_picture_has_no_score_and_no_cells(claim):
    analyses.record_result(claim=claim, result=unsuitable_result())
    analysis = Analysis.objects.get()
    assert (analysis.verdict, analysis.leukemia_score, analysis.probabilities) == ("unsuitable", None, {})
    assert (analysis.heat, analysis.scale["source"], analysis.count["blast_share"]) == (None, "unknown", None)
    assert not Cell.objects.exists()


def test_the_answer_of_another_model_is_refused(claim):
    with pytest.raises(ArtifactError, match="not those of the release"):
        analyses.record_result(claim=claim, result=analysis_result(digest="e" * 64))
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING


def test_record_result_leaves_no_row_if_audit_fails(claim, broken_audit):
    with pytest.raises(broken_audit):
        analyses.record_result(claim=claim, result=analysis_result())
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING
    assert Analysis.objects.get().label == ""
    assert not Cell.objects.exists()


def test_a_full_database_leaves_the_claim_as_it_was(claim):
    full = OperationalError("database or disk is full")
    with mock.patch.object(Cell.objects, "bulk_create", side_effect=full), pytest.raises(OperationalError):
        analyses.record_result(claim=claim, result=analysis_result())
    assert (Analysis.objects.get().status, Analysis.objects.get().label) == (AnalysisStatus.RUNNING, "")
    assert not Cell.objects.exists()


def test_record_failure_keeps_the_text(claim, trail):
    assert analyses.record_failure(claim=claim, text="Focus and take it again. " * 100)
    analysis = Analysis.objects.get()
    assert analysis.status == AnalysisStatus.FAILED
    assert analysis.error.startswith("Focus")
    assert len(analysis.error) == 500
    assert trail() == ["analysis.claimed", "analysis.failed"]
    assert not analyses.record_failure(claim=claim, text="Again.")


def test_record_failure_writes_nothing_if_audit_fails(claim, broken_audit):
    with pytest.raises(broken_audit):
        analyses.record_failure(claim=claim, text="Damaged.")
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING


def test_every_end_owes_the_doctors_in_charge_the_letter_of_the_case(case, picture, claim, doctor, other_doctor):
    CareAssignmentFactory(patient=case.patient, doctor=other_doctor)
    analyses.record_result(claim=claim, result=analysis_result())
    letters = Letter.objects.filter(kind="case_analysed", subject_id=case.pk)
    assert {letter.recipient for letter in letters} == {doctor, other_doctor}
    other = AnalysisFactory(picture=PictureFactory(case=case))
    analyses.record_failure(claim=analyses.claim(analysis_id=other.pk), text="Damaged.")
    assert {letter.revision for letter in letters.all()} == {1}
